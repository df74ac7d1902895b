import NPSModel
import Testing

@testable import NPSWebhooks

/// What tools have been seen to send, each row with its right outcome.
@Suite("Inputs that tools were seen to send")
struct ToolInputTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let tool: String
        let what: String
        let body: String
        /// Nil when the payload must wait for a person.
        var score: Int?
        var email = "ana@example.com"
        var comment: String?
        var type: String?

        var testDescription: String { "\(tool): \(what)" }
    }

    private static func properties(_ properties: String) -> String { #"{"objectId":7,"properties":{\#(properties)}}"# }

    private static func jotform(_ answers: String, pretty: String = "") -> String {
        [("submissionID", "1"), ("pretty", pretty), ("rawRequest", answers)].map { name, value in
            "--frontier\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        .joined() + "--frontier--\r\n"
    }

    private static let multipart = "multipart/form-data; boundary=frontier"

    private static func posthog(_ answers: String, _ questions: String) -> String {
        PostHogPresetTests.payload("survey sent", #"{\#(answers),"$survey_questions":\#(questions)}"#)
    }

    private static func typeform(_ answers: String, hidden: String = "{}") -> String {
        let titles = [
            ("f1", "opinion_scale", "How satisfied are you?"), ("f2", "opinion_scale", "Would you recommend us?"),
            ("f3", "email", "Whom else should we ask?"), ("f4", "short_text", "Why?"),
            ("f5", "short_text", "Your name?"),
            ("f6", "email", "Your e-mail"),
        ]
        let fields = titles.map { #"{"id":"\#($0.0)","type":"\#($0.1)","title":"\#($0.2)","ref":"r-\#($0.0)"}"# }
        return Payload.typeform("[\(answers)]", hidden: hidden).replacing(
            #""form_id":"abc123","#,
            with:
                #""form_id":"abc123","definition":{"id":"abc123","title":"NPS","fields":[\#(fields.joined(separator: ","))]},"#
        )
    }

    private static func answer(_ id: String, _ type: String, _ member: String) -> String {
        #"{\#(member),"field":{"id":"\#(id)","type":"\#(type)","ref":"r-\#(id)"}}"#
    }

    private static let satisfied = answer("f1", "opinion_scale", #""type":"number","number":4"#)
    private static let recommend = answer("f2", "opinion_scale", #""type":"number","number":9"#)
    private static let friend = answer("f3", "email", #""type":"email","email":"friend@example.com""#)
    private static let own = answer("f6", "email", #""type":"email","email":"ana@example.com""#)
    private static let why = answer("f4", "short_text", #""type":"text","text":"Fast""#)
    private static let name = answer("f5", "short_text", #""type":"text","text":"Ana""#)

    private static let hidden = #"{"label":"email","type":"HIDDEN_FIELDS","value":"ana@example.com"}"#
    private static let likely = #"{"label":"How likely are you to recommend us?","type":"LINEAR_SCALE","value":9}"#

    static let hubspot = [
        Row(
            tool: "hubspot",
            what: "the follow-up before the rating",
            body: properties(
                #""hs_feedback_last_nps_follow_up":"love it","hs_feedback_last_nps_rating":"9","email":"ana@example.com""#
            ),
            score: 9,
            comment: "love it"
        ),
        Row(
            tool: "hubspot",
            what: "the follow-up after the rating, which is zero",
            body: properties(
                #""hs_feedback_last_nps_rating":{"value":"0"},"hs_feedback_last_nps_follow_up":"no","email":"ana@example.com""#
            ),
            score: 0,
            comment: "no"
        ),
        Row(
            tool: "hubspot",
            what: "only the contact's rolled-up address",
            body: properties(#""hs_contact_email_rollup":"ana@example.com","hs_value":9"#),
            score: 9
        ),
    ]

    static let tally = [
        Row(
            tool: "tally",
            what: "an unanswered address and a hidden one",
            body: Payload.tally(#"[{"label":"Your e-mail","type":"INPUT_EMAIL","value":null},\#(hidden),\#(likely)]"#),
            score: 9
        ),
        Row(
            tool: "tally",
            what: "the question about recommending wins",
            body: Payload.tally(
                #"[{"label":"How satisfied are you?","type":"LINEAR_SCALE","value":4},\#(likely),\#(hidden)]"#
            ),
            score: 9
        ),
        Row(
            tool: "tally",
            what: "two scales, and nothing tells",
            body: Payload.tally(
                #"[{"label":"A","type":"LINEAR_SCALE","value":4},{"label":"B","type":"LINEAR_SCALE","value":9},\#(hidden)]"#
            )
        ),
        Row(
            tool: "tally",
            what: "another scale's answer doesn't stand in for the one about recommending",
            body: Payload.tally(
                #"[{"label":"Rate us","type":"LINEAR_SCALE","value":4},\#(likely.replacing("9", with: "null")),\#(hidden)]"#
            )
        ),
        Row(
            tool: "tally",
            what: "the recipient, not the friend, and a short text that asks why",
            body: Payload.tally(
                #"""
                [{"label":"Whom else should we ask?","type":"INPUT_EMAIL","value":"friend@example.com"},\#(likely),
                 {"label":"Why?","type":"INPUT_TEXT","value":"Fast"},{"label":"E-Mail-Adresse","type":"HIDDEN_FIELDS","value":"ana@example.com"}]
                """#
            ),
            score: 9,
            comment: "Fast"
        ),
    ]

    static let typeform = [
        Row(
            tool: "typeform",
            what: "the recipient, not the friend",
            body: typeform("\(recommend),\(friend)", hidden: #"{"user_email":"ana@example.com"}"#),
            score: 9
        ),
        Row(
            tool: "typeform",
            what: "one's own address, not the friend's",
            body: typeform("\(friend),\(recommend),\(own)"),
            score: 9
        ),
        Row(
            tool: "typeform",
            what: "a hidden field that was never filled in",
            body: typeform("\(recommend),\(own)", hidden: #"{"email":"xxxxx"}"#),
            score: 9
        ),
        Row(
            tool: "typeform",
            what: "a comment in a short text",
            body: typeform("\(satisfied),\(name),\(why),\(recommend),\(own)"),
            score: 9,
            comment: "Fast"
        ),
        Row(tool: "typeform", what: "only the other scale was answered", body: typeform("\(satisfied),\(own)")),
    ]

    static let others = [
        Row(
            tool: "jotform",
            what: "another number before the question about recommending",
            body: jotform(#"{"q1_email":"ana@example.com","q2_howMany":3,"q4_wouldRecommend":"9"}"#),
            score: 9,
            type: multipart
        ),
        Row(
            tool: "jotform",
            what: "the question stands in pretty",
            body: jotform(
                #"{"q1_email":"ana@example.com","q2_howMany":3,"q4_input4":"9"}"#,
                pretty: "E-mail:ana@example.com, How many?:3, How likely are you, all in all, to recommend us?:9"
            ),
            score: 9,
            type: multipart
        ),
        Row(
            tool: "jotform",
            what: "two numbers, and nothing tells",
            body: jotform(#"{"q1_email":"ana@example.com","q2_howMany":3,"q4_input4":"9"}"#),
            type: multipart
        ),
        Row(
            tool: "posthog",
            what: "two ratings, known by their questions' ids",
            body: posthog(
                #""$survey_response_a":"2","$survey_response_b":"9""#,
                #"[{"id":"a","question":"How easy was it?"},{"id":"b","question":"Would you recommend us?"}]"#
            ),
            score: 9
        ),
        Row(
            tool: "posthog",
            what: "two ratings, known by their places",
            body: posthog(
                #""$survey_response":"2","$survey_response_1":"9""#,
                #"[{"id":"a","question":"How easy was it?"},{"id":"b","question":"Would you recommend us?"}]"#
            ),
            score: 9
        ),
        Row(
            tool: "formbricks",
            what: "a contact question",
            body: FormbricksPresetTests.payload(
                answers: #"{"nps":9,"c":["Ada","L","ana@example.com","",""]}"#,
                contact: #""contact":null"#
            ),
            score: 9
        ),
        Row(
            tool: "formbricks",
            what: "the person's attributes",
            body: FormbricksPresetTests.payload(
                answers: #"{"nps":9}"#,
                contact: #""personAttributes":{"email":"ana@example.com"}"#
            ),
            score: 9
        ),
    ]

    /// One rule for names of address fields.
    static let addressNames = ["e-mail", "user_email", "Email address", "EMAIL", "emailAddress", "E-Mail-Adresse"]
        .flatMap { name in
            [
                Row(
                    tool: "tally",
                    what: name,
                    body: Payload.tally(#"[\#(hidden.replacing(#""email""#, with: #""\#(name)""#)),\#(likely)]"#),
                    score: 9
                ),
                Row(
                    tool: "typeform",
                    what: name,
                    body: typeform(recommend, hidden: #"{"\#(name)":"ana@example.com"}"#),
                    score: 9
                ),
                Row(
                    tool: "formbricks",
                    what: name,
                    body: FormbricksPresetTests.payload(
                        answers: #"{"nps":9,"\#(name)":"ana@example.com"}"#,
                        contact: #""contact":null"#
                    ),
                    score: 9
                ),
                Row(
                    tool: "opnform",
                    what: name,
                    body: #"{"submission":{"\#(name)":"ana@example.com","Friend's email":"x@example.com","nps":9}}"#,
                    score: 9
                ),
                Row(
                    tool: "posthog",
                    what: name,
                    body: PostHogPresetTests.payload(person: #"{"properties":{"\#(name)":"ana@example.com"}}"#),
                    score: 9,
                    comment: "Fast"
                ),
            ]
        }

    @Test("a payload is read as its person meant it", arguments: hubspot + tally + typeform + others + addressNames)
    func read(row: Row) async throws {
        let results = try await Fixture.map(row.tool, row.body, type: row.type)
        try #require(results.count == 1)
        guard let score = row.score else {
            guard case .failure(let invalid) = results[0] else {
                Issue.record("must wait for a person")
                return
            }
            #expect(invalid.problems.map(\.field) == ["score"])
            return
        }
        let response = try results[0].get().response
        #expect(response.score.value == score)
        #expect(response.email.address == row.email)
        #expect(response.comment == row.comment)
    }

    @Test(
        "no other field holds up the score",
        arguments: [
            ("alchemer", AlchemerPresetTests.payload().replacing("-14 05", with: "-41 05"), "answeredAt"),
            ("hubspot", HubSpotPresetTests.workflow(comment: "7"), "comment"),
            ("typeform", typeform("\(recommend),\(own)").replacing("tok_42", with: "\\u0007"), "id"),
        ]
    )
    func leftOut(tool: String, body: String, field: String) async throws {
        let response = try await Fixture.submission(tool, body).response
        #expect(response.score.value == 9)
        #expect(response.notes.map(\.field) == [field])
    }

    @Test(
        "PostHog's surveys with two buttons are ignored",
        arguments: [
            #"[{"id":"a","question":"Was this helpful?"}]"#, #"[{"id":"a","question":"How was it?","scale":2}]"#,
        ],
        [#""$survey_response_a":"1""#, #""$survey_response":"2""#, #""$survey_response":1,"$survey_response_a":1"#]
    )
    func twoButtons(questions: String, answers: String) async throws {
        #expect(try await Fixture.map("posthog", Self.posthog(answers, questions)).isEmpty)
    }
}
