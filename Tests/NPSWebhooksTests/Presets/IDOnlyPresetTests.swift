import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Tools that send ids only")
struct IDOnlyPresetTests {
    static func surveyMonkey(_ event: String = "response_completed") -> String {
        #"""
        {"name":"NPS hook","event_type":"\#(event)","event_id":"880","object_type":"response","object_id":"6001",
         "event_datetime":"2023-11-14T10:00:05.100000+00:00","resources":{"survey_id":"77","respondent_id":"6001"}}
        """#
    }

    private static func qualtrics(_ message: String) -> String {
        "MSG=\(message)&HMAC=00&Topic=acme.surveyengine.completedResponse.SV_1&Status=Complete&ResponseID=R_2"
    }

    private static let message = "%7B%22Status%22%3A%22Complete%22%2C%22ResponseID%22%3A%22R_1%22%7D"

    @Test(
        "a response names what is missing and says what to do instead",
        arguments: [
            ("surveymonkey", surveyMonkey(), "application/vnd.surveymonkey.response.v1+json"),
            ("surveymonkey", #"{"event_type":"response_completed","object_id":7}"#, "application/json"),
            ("qualtrics", qualtrics(message), Fixture.form),
            ("qualtrics", qualtrics("not+JSON"), Fixture.form),
            ("qualtrics", qualtrics("%5B%5D"), Fixture.form),
            ("qualtrics", "HMAC=00", Fixture.form),
        ]
    )
    func thin(name: String, body: String, type: String) async throws {
        #expect(try await Fixture.problems(name, body, type: type) == ["email", "score", "advice"])
        let preset = try #require(SourceCatalogue.presets.first { $0.name == name })
        #expect(preset.advice?.contains("post id, email, score and comment") == true)
    }

    @Test("ids of a wrong type are named too")
    func wrongTypes() async throws {
        let body = #"{"event_type":"response_completed","object_id":{},"event_datetime":"soon"}"#
        #expect(try await Fixture.problems("surveymonkey", body) == ["id", "email", "score", "answeredAt", "advice"])
        let fields = try await Fixture.problems("qualtrics", "MSG=%7B%22ResponseID%22%3A%5B%5D%7D", type: Fixture.form)
        #expect(fields == ["id", "email", "score", "advice"])
    }

    @Test(
        "other events are ignored",
        arguments: [
            ("surveymonkey", surveyMonkey("response_updated"), "application/json"),
            ("surveymonkey", surveyMonkey("survey_created"), "application/json"),
            ("surveymonkey", "[]", "application/json"),
            ("qualtrics", qualtrics("%7B%22Status%22%3A%22Partial%22%7D"), Fixture.form),
        ]
    )
    func ignored(name: String, body: String, type: String) async throws {
        #expect(try await Fixture.map(name, body, type: type).isEmpty)
    }

    @Test("SurveyMonkey's key is the client's id and secret")
    func surveyMonkeySignature() throws {
        let source = try Fixture.preset("surveymonkey", secrets: ["client123&secret456"])
        let delivery = Fixture.delivery([("Sm-Signature", "zSqdWDRf56wEg0Scd4/HLQG4z+Y="), ("Sm-Apikey", "client123")])
        #expect(try source.verify(delivery).secretIndex == 0)
    }

    @Test("Qualtrics signs one field of the form, in another")
    func qualtricsSignature() throws {
        let code =
            "aacf7d91041ca773c2e2b7425f17032978ae8925829cd398d68d330f0e770061"
            + "6ccf9de91b1530ff7c3a2e65cb9e892f01fc29b1292c21d456ec2673726a2aba"
        let source = try Fixture.preset("qualtrics")
        let body = "Topic=t&MSG=\(Self.message)&HMAC=\(code)"
        #expect(try source.verify(Fixture.delivery([Fixture.formType], body: body)).secretIndex == 0)
        #expect(throws: SignatureRejection.wrongSignature) {
            try source.verify(Fixture.delivery([Fixture.formType], body: body.replacing("R_1", with: "R_9")))
        }
        #expect(throws: SignatureRejection.missing(.formField("HMAC"))) {
            try source.verify(Fixture.delivery([Fixture.formType], body: "MSG=\(Self.message)"))
        }
    }
}
