import NPSModel
import Testing

@testable import NPSWebhooks

/// A mapping that fails quarantines everything in its delivery without saying what is wrong with it.
@Suite("No payload makes a preset fail")
struct OddPayloadTests {
    /// A response of each tool that sends JSON.
    static let payloads = [
        "typeform": Payload.typeform("[\(Payload.scale),\(Payload.text),\(Payload.mail)]"),
        "tally": Payload.tally(
            #"[{"label":"email","type":"HIDDEN_FIELDS","value":"ana@example.com"},{"type":"LINEAR_SCALE","value":9}]"#
        ),
        "delighted": Payload.delighted("survey_response.created", Payload.delightedData(comment: "null")),
        "formbricks": FormbricksPresetTests.payload(),
        "surveymonkey": ThinPresetTests.surveyMonkey(),
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
}
