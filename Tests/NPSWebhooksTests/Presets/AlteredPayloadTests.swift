import NPSModel
import Testing

@testable import NPSWebhooks

/// When a mapping fails, its whole delivery goes to the quarantine without a word on what is wrong with it: no value in
/// any place of a payload may make a preset fail.
@Suite("No payload makes a preset fail")
struct AlteredPayloadTests {
    /// A response of each tool that sends JSON.
    static let payloads = [
        "typeform": Payload.typeform("[\(Payload.scale),\(Payload.text),\(Payload.mail)]"),
        "tally": Payload.tally(
            #"[{"label":"email","type":"HIDDEN_FIELDS","value":"ana@example.com"},{"type":"LINEAR_SCALE","value":9}]"#
        ),
        "delighted": Payload.delighted("survey_response.created", Payload.delightedData(comment: "null")),
        "formbricks": FormbricksPresetTests.payload(),
        "surveymonkey": IDOnlyPresetTests.surveyMonkey(),
        "survicate": SurvicatePresetTests.payload(),
        "chameleon": ChameleonPresetTests.payload(),
        "wootric": WootricPresetTests.payload(),
        "satismeter": SatisMeterPresetTests.payload(),
        "asknicely": AskNicelyPresetTests.payload(),
        "retently": RetentlyRefinerPresetTests.retently(),
        "refiner": RetentlyRefinerPresetTests.refiner(),
        "helpscout": HelpScoutPresetTests.payload(),
        "productfruits": ProductFruitsPresetTests.payload(),
        "screeb": ScreebPresetTests.payload(),
    ]

    /// Payloads of tools that send several shapes. With the collector's own names at the top, the whole response may be
    /// of a wrong type.
    static let variantPayloads = [
        ("alchemer", AlchemerPresetTests.payload()),
        ("alchemer", #"{"response":{"id":"60","survey_data":\#(AlchemerPresetTests.answers())}}"#),
        ("fillout", FilloutPresetTests.payload()), ("opnform", OpnFormPresetTests.payload()),
        ("smartsurvey", "[\(SmartSurveyPresetTests.payload())]"), ("hubspot", HubSpotPresetTests.workflow()),
        ("hubspot", #"{"properties":{"email":{"value":"ana@example.com"},"hs_value":9,"hs_object_id":1}}"#),
        ("hubspot", #"[{"eventId":1,"subscriptionType":"a","propertyName":"nps","propertyValue":"9"}]"#),
        ("zendesk", ZendeskIntercomPresetTests.zendesk()), ("intercom", ZendeskIntercomPresetTests.intercom()),
        ("posthog", PostHogPresetTests.payload()),
        ("posthog", #"{"event":"survey sent","properties":\#(PostHogPresetTests.properties())}"#),
    ]

    @Test("any value in any place of a payload, or none, is mapped or refused", arguments: payloads)
    func alterations(name: String, payload: String) async throws {
        let source = try Fixture.preset(name, secrets: [StandardDelivery.secret])
        for body in try JSONValue(parsing: Array(payload.utf8)).alterations {
            let results = try await source.map(body.canonicalBytes, contentType: nil, receivedAt: Fixture.now)
            for case .failure(let invalid) in results {
                let fields = Set(invalid.problems.map(\.field))
                #expect(fields.isDisjoint(with: ["mapping", "response"]), "\(body)")
            }
        }
    }

    @Test("the same for tools that send several shapes", arguments: variantPayloads)
    func variants(name: String, payload: String) async throws {
        let source = try Fixture.preset(name)
        for body in try JSONValue(parsing: Array(payload.utf8)).alterations {
            let results = try await source.map(body.canonicalBytes, contentType: nil, receivedAt: Fixture.now)
            #expect(results.count <= 1, "\(body)")
            for case .failure(let invalid) in results {
                #expect(!invalid.problems.contains { $0.field == "mapping" }, "\(body)")
            }
        }
    }

    @Test("any value in Jotform's answers is mapped or refused")
    func jotform() async throws {
        let source = try Fixture.preset("jotform")
        for answers in try JSONValue(parsing: Array(JotformPresetTests.answers().utf8)).alterations {
            let body = JotformPresetTests.payload(String(decoding: answers.canonicalBytes, as: UTF8.self))
            let type = "multipart/form-data; boundary=frontier"
            let results = try await source.map(Array(body.utf8), contentType: type, receivedAt: Fixture.now)
            try #require(results.count == 1, "\(answers)")
            guard case .failure(let invalid) = results[0] else { continue }
            #expect(Set(invalid.problems.map(\.field)).isSubset(of: ["email", "score"]), "\(answers)")
        }
    }
}
