import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("What payloads mean")
struct MappingTests {
    @Test("standard accepts one response in the collector's own names")
    func standard() async throws {
        let response = try await Fixture.response(
            "standard",
            #"""
            {"id": "r-1", "email": "ana+nps@example.com", "score": "9", "comment": " Fast ", "companyId": "extid-42",
             "answeredAt": "2023-11-14T10:00:05Z", "sentAt": "2023-11-13T10:00:05Z", "campaignId": "5c3d0c380000000000000001",
             "custom": {"plan": "pro", "seats": 9007199254740993}}
            """#
        )
        #expect(response.id == ResponseID(source: "standard", providerID: "r-1"))
        #expect(response.source == "standard")
        #expect(response.email.address == "ana+nps@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.companyID == "extid-42")
        #expect(response.custom["seats"] == .integer(9_007_199_254_740_993))
    }

    @Test("standard accepts an array, valid and invalid responses in their order")
    func standardArray() async throws {
        let results = try await Fixture.map(
            "standard",
            #"[{"email":"a@example.com","score":0},{"email":"b@example.com","score":11},3,{"email":"c@example.com","score":10}]"#
        )
        #expect(results.map { try? $0.get().response.score.value } == [0, nil, nil, 10])
        #expect(try await Fixture.map("standard", "[]").isEmpty)
    }

    @Test("a thousand responses are fine, one more is not")
    func manyItems() async throws {
        func body(_ count: Int) -> String {
            "[" + (0..<count).map { #"{"id":\#($0),"email":"a@example.com","score":5}"# }.joined(separator: ",") + "]"
        }
        #expect(try await Fixture.map("standard", body(1_000)).count == 1_000)
        #expect(try await Fixture.wrongFields("standard", body(1_001)) == [["body"]])
    }

    @Test("a payload that breaks the mapping is one invalid response, whose problem does not quote it")
    func broken() async throws {
        let folder = try SourceFolder(["acme": "preset: tally\nmapping: 'select(.answer) | {id: .answer.id}'\n"])
        let source = try #require(try SourceCatalogue.trial(named: "acme", directory: folder.path))
        let body = Array(#"{"answer":"very private"}"#.utf8)
        let results = try await source.map(body, contentType: nil, receivedAt: Fixture.now)
        guard case .failure(let invalid)? = results.first else {
            Issue.record("accepted")
            return
        }
        #expect(results.count == 1)
        #expect(invalid.problems.map(\.field) == ["mapping"])
        #expect(!invalid.description.contains("private"))
        #expect(try #require(await source.mappingFailure(body, contentType: nil)).contains("Cannot index string"))
        #expect(await source.mappingFailure(Array("{}".utf8), contentType: nil) == nil)
    }

    @Test("an output that is no object is an invalid response", arguments: ["1", "null", "[.]", #""text""#])
    func odd(_ program: String) async throws {
        let folder = try SourceFolder(["acme": "preset: tally\nmapping: '\(program)'\n"])
        let source = try #require(try SourceCatalogue.trial(named: "acme", directory: folder.path))
        let results = try await source.map(Array("{}".utf8), contentType: nil, receivedAt: Fixture.now)
        guard case .failure(let invalid)? = results.first else {
            Issue.record("accepted")
            return
        }
        #expect(invalid.problems.map(\.field) == ["response"])
    }

    @Test("one payload may become several responses, and each is checked for itself")
    func batch() async throws {
        let folder = try SourceFolder(["acme": "preset: tally\nmapping: '.[] | {id, email: .mail, score: .nps}'\n"])
        let source = try #require(try SourceCatalogue.trial(named: "acme", directory: folder.path))
        let body =
            #"[{"id":9007199254740993,"mail":"a@example.com","nps":1},{"id":9007199254740992,"mail":"","nps":2}]"#
        let results = try await source.map(Array(body.utf8), contentType: nil, receivedAt: Fixture.now)
        #expect(results.count == 2)
        #expect(try results[0].get().response.id == ResponseID(source: "acme", providerID: "9007199254740993"))
        #expect(throws: InvalidResponse([FieldProblem(field: "email", message: "is missing")])) {
            try results[1].get()
        }
    }

    @Test(
        "what is not JSON is kept, with the field body",
        arguments: ["standard", "tally"],
        ["", "{", "score=9", "\u{feff}", "{}{}", "nan", "[+1]", "[5\u{0}]"]
    )
    func notJSON(_ name: String, body: String) async throws {
        #expect(try await Fixture.wrongFields(name, body) == [["body"]])
    }

    @Test("a form that can't be read is kept, with the field body")
    func notForm() async throws {
        for (body, type) in [
            ("rawRequest=%", "application/x-www-form-urlencoded"), ("--x\r\n", "multipart/form-data; boundary=x"),
        ] {
            let results = try await Fixture.preset("jotform").map(
                Array(body.utf8),
                contentType: type,
                receivedAt: Fixture.now
            )
            guard case .failure(let invalid)? = results.first else {
                Issue.record("accepted")
                continue
            }
            #expect(invalid.problems.map(\.field) == ["body"])
            #expect(invalid.description.contains("must be a whole form"))
        }
    }

    @Test(
        "every JSON type is taken, and a missing one",
        arguments: [
            nil, "", "application/json", "Application/JSON; charset=utf-8",
            "application/vnd.surveymonkey.response.v1+json",
            "text/json", "text/plain;charset=UTF-8",
        ]
    )
    func types(_ type: String?) async throws {
        #expect(try await Fixture.map("standard", #"{"email":"a@example.com","score":5}"#, type: type).count == 1)
    }

    @Test(
        "a body of a kind that the source doesn't take is kept, with the kinds that it does",
        arguments: [
            "multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
            "application/xml", "text/html", "notjson",
        ]
    )
    func otherTypes(_ type: String) async throws {
        let results = try await Fixture.map("standard", #"{"email":"a@example.com","score":5}"#, type: type)
        guard case .failure(let invalid)? = results.first else {
            Issue.record("must be refused")
            return
        }
        #expect(results.count == 1)
        #expect(invalid.problems.map(\.field) == ["body"])
        #expect(invalid.description.contains("accepts: json;"))
    }
}
