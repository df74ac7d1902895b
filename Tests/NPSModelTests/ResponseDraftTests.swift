import Foundation
import NPSModel
import Testing

@Suite("ResponseDraft")
struct ResponseDraftTests {
    private let received = Date(timeIntervalSince1970: 1_770_112_805)

    private func check(_ json: String, refusesFlaws: Bool = false) throws -> Submission {
        try ResponseDraft(JSONValue(parsing: Data(json.utf8)))
            .check(source: "standard", receivedAt: received, refusesFlaws: refusesFlaws)
    }

    private func problems(_ json: String) throws -> [String] {
        do {
            _ = try check(json, refusesFlaws: true)
            return []
        } catch let invalid as InvalidResponse {
            return invalid.problems.map(\.field)
        }
    }

    @Test("a full draft becomes a response with every field")
    func full() throws {
        let response = try check(
            """
            {"id":"r1","email":"ana@example.com","score":"9","comment":" Fast \\n","answeredAt":"2026-02-03T10:00:05.25+02:00",
             "sentAt":"2026-02-01","campaignId":"5c3d0c380000000000000001","companyId":"extid-42","custom":{"plan":"pro","seats":3}}
            """
        ).response
        #expect(response.id == ResponseID(source: "standard", providerID: "r1"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(Timestamp.format(response.answeredAt) == "2026-02-03T08:00:05.250Z")
        #expect(response.sentAt.map(Timestamp.format) == "2026-02-01T00:00:00.000Z")
        #expect(response.campaignID == "5c3d0c380000000000000001")
        #expect(response.companyID == "extid-42")
        #expect(response.custom == ["plan": .string("pro"), "seats": .integer(3)])
    }

    @Test("null, empty and missing optional fields are the same")
    func empty() throws {
        let spelled = try check(
            #"{"id":"r1","email":"ana@example.com","score":0,"comment":"","campaignId":null,"custom":null}"#
        )
        #expect(spelled == (try check(#"{"id":"r1","email":"ana@example.com","score":0}"#)))
        #expect(spelled.response.answeredAt == received)
    }

    @Test("all problems are listed at once")
    func allProblems() throws {
        let fields = try problems(
            #"{"id":[],"email":"x","score":11,"comment":7,"answeredAt":"soon","sentAt":-1,"custom":[],"scroe":1}"#
        )
        #expect(fields == ["id", "email", "score", "comment", "answeredAt", "sentAt", "custom", "response"])
    }

    @Test(
        "each broken draft names its field",
        arguments: [
            ("{}", ["email", "score"]), ("[]", ["response"]), ("7", ["response"]),
            (#"{"email":"ana@example.com"}"#, ["score"]), (#"{"email":null,"score":5}"#, ["email"]),
            (#"{"email":5,"score":5}"#, ["email"]), (#"{"email":"ana@example.com","score":null}"#, ["score"]),
            (#"{"email":"ana@example.com","score":5,"answeredAt":"2099-01-01T00:00:00Z"}"#, ["answeredAt"]),
            (#"{"email":"ana@example.com","score":5,"id":"a\u0000b"}"#, ["id"]),
        ]
    )
    func broken(json: String, fields: [String]) throws {
        #expect(try problems(json) == fields)
    }

    @Test(
        "an address may have invisible characters around it, and none inside",
        arguments: ["\\u00a0", "\\u200b", "\\ufeff", "\\t", "\\n"]
    )
    func invisible(space: String) throws {
        let around = try check(#"{"email":"\#(space)ana@example.com\#(space)","score":5}"#)
        #expect(around.response.email.address == "ana@example.com")
        #expect(try problems(#"{"email":"ana\#(space)@example.com","score":5}"#) == ["email"])
    }

    @Test("a comment may have 10,000 characters and no more")
    func commentLimit() throws {
        func json(_ count: Int) -> String {
            #"{"email":"ana@example.com","score":5,"comment":"\#(String(repeating: "ü", count: count))"}"#
        }
        #expect(try problems(json(10_000)).isEmpty)
        #expect(try problems(json(10_001)) == ["comment"])
    }

    @Test(
        "a field that is neither address nor score is cut or left out, and a note says so",
        arguments: [
            (#""comment":7"#, "comment is left out, because it must be text"),
            (#""comment":{"a":1}"#, "comment is left out, because it must be text"),
            (#""comment":"a\u0000b""#, "comment lost its NUL characters"),
            (#""id":[]"#, "id is left out, because it must be text or a whole number"),
            (#""id":"a\u0000b""#, "id is left out, because it contains a control character"),
            (#""answeredAt":"2099-01-01T00:00:00Z""#, "answeredAt is left out, because it lies in the future"),
            (
                #""campaignId":"x""#,
                "campaignId is left out, because it must be the id of a campaign at Planhat: 24 hex digits"
            ),
            (#""custom":[]"#, "custom is left out, because it must be an object"),
            (
                #""scroe":1"#,
                "response had 1 unknown field, left out; known are answeredAt, campaignId, comment, companyId, custom, email, "
                    + "id, score, sentAt, updatedAt"
            ),
        ]
    )
    func notes(field: String, note: String) throws {
        let submission = try check(#"{"email":"ana@example.com","score":5,\#(field)}"#)
        #expect(submission.response.notes.map(\.description) == [note])
        #expect(submission.response.score.value == 5)
        #expect(submission.response.answeredAt == received)
        #expect(submission.response.custom.isEmpty)
    }

    @Test("unreadable dates are no part of the answer", arguments: ["answeredAt", "sentAt", "updatedAt"])
    func unreadableDate(field: String) throws {
        let submission = try check(#"{"id":"r1","email":"ana@example.com","score":5,"\#(field)":"soon"}"#)
        #expect(submission.response.notes.map(\.field) == [field])
        #expect(submission.digest == (try check(#"{"id":"r1","email":"ana@example.com","score":5}"#)).digest)
        #expect(submission.updatedAt == nil)
        #expect(submission.answeredAt == nil)
    }

    @Test("a comment that is too long is cut, whatever its characters", arguments: ["a", "ü", "🙂", "e\u{301}"])
    func cutComment(character: String) throws {
        let comment = String(repeating: character, count: 10_050)
        let response = try check(#"{"email":"ana@example.com","score":5,"comment":"\#(comment)"}"#).response
        #expect(response.comment == String(comment.prefix(10_000)))
        #expect(response.notes.map(\.description) == ["comment was cut at 10,000 characters"])
    }

    @Test("a comment of a few endless characters is bounded as well")
    func endlessCharacters() throws {
        let endless = "a" + String(repeating: "\u{301}", count: 30_000)
        let response = try check(#"{"email":"ana@example.com","score":5,"comment":"Fast \#(endless)"}"#).response
        #expect(response.comment == "Fast")
        #expect(response.notes.count == 1)
    }

    @Test("without an id the same content is the same response, whenever it arrives")
    func missingID() throws {
        let json = try JSONValue(parsing: Data(#"{"email":"ana@example.com","score":5}"#.utf8))
        let first = try ResponseDraft(json).check(source: "a", receivedAt: received)
        let later = try ResponseDraft(json).check(source: "a", receivedAt: received.addingTimeInterval(60))
        #expect(first.response.id == later.response.id)
        #expect(first.digest == later.digest)
        #expect(first.response.id != (try ResponseDraft(json).check(source: "b", receivedAt: received)).response.id)
    }

    @Test("another score under the same id has another digest")
    func edit() throws {
        let nine = try check(#"{"id":"r1","email":"ana@example.com","score":9}"#)
        let ten = try check(#"{"id":"r1","email":"ana@example.com","score":10}"#)
        #expect(nine.response.id == ten.response.id)
        #expect(nine.digest != ten.digest)
    }
}
