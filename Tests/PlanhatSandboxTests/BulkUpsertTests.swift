import HTTPTypes
import NPSModel
import Testing

struct BulkUpsertTests {
    private static let keys: Set = [
        "created", "createdErrors", "insertsKeys", "updated", "updatedErrors", "updatesKeys", "nonupdates", "modified",
        "upsertedIds", "permissionErrors",
    ]

    private func item(_ name: String, _ score: Int, _ more: String = "") -> String {
        #"{"email":"\#(name)@example.com","score":\#(score),"sourceId":"\#(name)","dateAnswered":"2026-01-01T00:00:00Z"\#(more)}"#
    }

    @Test("new items are created, known ones updated, the same again changes nothing")
    func counts() async throws {
        try await withSandbox { client in
            let created = try await client.send(.put, "/nps", "[\(item("a", 1)),\(item("b", 2))]")
            #expect(created.status == 200)
            #expect(created.json.names == Self.keys)
            #expect(created.json["created"] == .integer(2))
            let inserts = try #require(created.json["insertsKeys"]?.elements)
            #expect(inserts.map { $0["sourceId"] } == [.string("a"), .string("b")])
            #expect(created.json["upsertedIds"]?.elements == inserts.compactMap { $0["_id"] })

            let again = try await client.send(.put, "/nps", "[\(item("a", 1)),\(item("b", 9)),\(item("c", 3))]")
            #expect(again.status == 200)
            #expect(again.json["created"] == .integer(1))
            #expect(again.json["updated"] == .integer(1))
            #expect(again.json["nonupdates"] == .integer(1))
            #expect(again.json["updatesKeys"] == .array([inserts[1]]))
            #expect(again.json["modified"]?.elements == [inserts[1]["_id"]])
            #expect(try await client.stats()["records"] == .integer(3))
        }
    }

    @Test("_id goes before sourceId; an unknown _id falls back to sourceId, then creates")
    func keyables() async throws {
        try await withSandbox { client in
            let inserts = try await client.send(.put, "/nps", "[\(item("a", 1)),\(item("b", 2))]").json["insertsKeys"]
            let a = try #require(inserts?.elements.first?["_id"]?.string)
            let reply = try await client.send(.put, "/nps", #"[{"_id":"\#(a)","sourceId":"b","score":10}]"#)
            // The record that _id names takes over the sourceId: both were given, and _id decides.
            #expect(reply.json["updatesKeys"] == .array([.object(["_id": .string(a), "sourceId": .string("b")])]))
            let stale = String(repeating: "0", count: 24)
            let other = try await client.send(.put, "/nps", "[\(item("c", 4, #","_id":"\#(stale)""#))]")
            #expect(other.json["created"] == .integer(1))
            #expect(other.json["insertsKeys"]?.elements.first?["_id"] != .string(stale))
        }
    }

    @Test("without a keyable every item is a new record")
    func noKeyable() async throws {
        try await withSandbox { client in
            let body = #"[{"email":"a@example.com","score":1}]"#
            _ = try await client.send(.put, "/nps", body)
            #expect(try await client.send(.put, "/nps", body).json["created"] == .integer(1))
            #expect(try await client.stats()["records"] == .integer(2))
        }
    }

    @Test("the status tells whether all, some or none went well; errors stand on the right side")
    func statuses() async throws {
        try await withSandbox { client in
            let mixed = try await client.send(.put, "/nps", #"[\#(item("a", 1)),{"sourceId":"b","score":2}]"#)
            #expect(mixed.status == 206)
            #expect(mixed.json["createdErrors"] == .array([.string("email is required")]))
            let none = try await client.send(.put, "/nps", #"[{"sourceId":"a","score":12},7]"#)
            #expect(none.status == 400)
            #expect(none.json.names == Self.keys)
            #expect(none.json["updatedErrors"]?.elements.count == 1)
            #expect(none.json["createdErrors"]?.elements.count == 1)
            #expect(try await client.stats()["records"] == .integer(1))
        }
    }

    @Test("5,000 items are taken, one more is refused with the whole envelope")
    func cap() async throws {
        try await withSandbox { client in
            var items = (0..<5_000).map { #"{"email":"p\#($0)@example.com","score":5,"sourceId":"s\#($0)"}"# }
            let full = try await client.send(.put, "/nps", "[" + items.joined(separator: ",") + "]")
            #expect(full.json["created"] == .integer(5_000))
            items.append(#"{"email":"one@example.com","score":5}"#)
            let over = try await client.send(.put, "/nps", "[" + items.joined(separator: ",") + "]")
            #expect(over.status == 400)
            #expect(over.json.names == Self.keys)
            #expect(try await client.stats()["records"] == .integer(5_000))
        }
    }

    @Test(
        "a sourceId twice in one request",
        arguments: [("whole-400", 400, 0), ("item-error-206", 206, 1), ("last-wins", 200, 1)]
    )
    func repeated(choice: String, status: Int, records: Int) async throws {
        try await withSandbox("bulk-repeat=\(choice)") { client in
            let body = "[\(item("a", 1)),\(item("a", 2)),\(item("a", 3))]"
            let reply = try await client.send(.put, "/nps", body)
            #expect(reply.status == status)
            let noted = (reply.json["createdErrors"]?.elements ?? []) + (reply.json["updatedErrors"]?.elements ?? [])
            #expect(noted.count == (choice == "last-wins" ? 0 : 2))
            #expect(noted.allSatisfy { $0 == .string("sourceId duplicated") })
            #expect(try await client.stats()["records"] == .integer(Int64(records)))
            guard choice == "last-wins" else { return }
            #expect(try await client.send(.get, "/nps/srcid-a").json["nps"] == .integer(3))
        }
    }

    @Test("an error entry can be an object with the item in it")
    func errorEntry() async throws {
        try await withSandbox("error-entry=object") { client in
            let entry = try await client.send(.put, "/nps", #"[{"sourceId":"b"}]"#).json["createdErrors"]?.elements
                .first
            #expect(entry?["message"] == .string("email is required"))
            #expect(entry?["item"] == .object(["sourceId": .string("b")]))
        }
    }

    @Test("a body that is no array is a 400", arguments: [#"{"email":"a@example.com","score":1}"#, "", "[", "7"])
    func noArray(body: String) async throws {
        try await withSandbox { client in
            #expect(try await client.send(.put, "/nps", body).status == 400)
        }
    }

    @Test(
        "a partial failure strikes every second item and names it in its own list",
        arguments: [("206-partial", 206, "createdErrors"), ("403-partial", 403, "permissionErrors")]
    )
    func partial(fault: String, status: Int, list: String) async throws {
        try await withSandbox("\(fault)=1") { client in
            let body = "[\(item("a", 1)),\(item("b", 2)),\(item("c", 3))]"
            let reply = try await client.send(.put, "/nps", body)
            #expect(reply.status == status)
            #expect(reply.json[list]?.elements.count == 2)
            #expect(reply.json["insertsKeys"]?.elements.map { $0["sourceId"] } == [.string("b")])
            let again = try await client.send(.put, "/nps", body)
            #expect(again.status == 200)
            #expect(again.json["created"] == .integer(2))
        }
    }
}
