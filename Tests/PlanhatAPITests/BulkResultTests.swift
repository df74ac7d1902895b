import Foundation
import NPSModel
import PlanhatAPI
import Testing

@Suite("Bulk results")
struct BulkResultTests {
    private func result(_ text: String) throws -> BulkResult? {
        BulkResult(try JSONValue(parsing: Data(text.utf8)), status: 200)
    }

    @Test("the whole envelope is read")
    func whole() throws {
        let result = try #require(
            try result(
                """
                {"created":2,"createdErrors":["sourceId duplicated"],"insertsKeys":[{"_id":"a","sourceId":"s1"},{"_id":"b"}],
                "updated":1,"updatedErrors":[{"message":"bad"}],"updatesKeys":[{"_id":"c","sourceId":"s2"}],"nonupdates":3,
                "modified":["c"],"upsertedIds":["a","b"],"permissionErrors":[7]}
                """
            )
        )
        #expect(result.created == 2 && result.updated == 1 && result.nonupdates == 3 && result.applied == 6)
        #expect(result.errors == [.string("sourceId duplicated"), .object(["message": .string("bad")]), .integer(7)])
        #expect(result.proof(of: "s1")?.id == "a")
        #expect(result.proof(of: "s2")?.id == "c")
        #expect(result.proof(of: "s3") == nil)
        #expect(result.insertsKeys.map(\.id) == ["a", "b"])
    }

    @Test("any key that ends in Errors counts", arguments: ["deletedErrors", "Errors", "validationErrors"])
    func unknownErrors(name: String) throws {
        let result = try #require(try result(#"{"\#(name)":["no"]}"#))
        #expect(result.errors == [.string("no")])
        #expect(result.otherErrors == [.string("no")])
    }

    @Test("an empty list of errors is none", arguments: ["[]", "null", #""none""#, "0"])
    func noErrors(value: String) throws {
        #expect(try result(#"{"created":1,"createdErrors":\#(value),"otherErrors":\#(value)}"#)?.errors == [])
    }

    @Test("counts may be missing, doubles or nonsense", arguments: ["null", "-3", "1.5", #""many""#, "[]", "1e300"])
    func counts(value: String) throws {
        let result = try #require(try result(#"{"created":\#(value),"updated":2.0}"#))
        #expect(result.created == 0)
        #expect(result.applied == 2)
    }

    @Test("counts beyond all measure are no trap")
    func overflow() throws {
        let most = "9223372036854775807"
        #expect(try result(#"{"created":\#(most),"updated":\#(most),"nonupdates":\#(most)}"#)?.applied == .max)
    }

    @Test("what has neither counts nor errors is no envelope", arguments: ["{}", "[]", "null", #"{"message":"ok"}"#])
    func noEnvelope(text: String) throws {
        #expect(try result(text) == nil)
    }

    @Test("keys may be objects or bare ids")
    func bareKeys() throws {
        let result = try #require(try result(#"{"created":1,"insertsKeys":["a",null,{"sourceId":"s"}]}"#))
        #expect(result.insertsKeys.map(\.id) == ["a", nil, nil])
        #expect(result.proof(of: "s") != nil)
    }
}
