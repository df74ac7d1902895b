import Foundation
import HTTPTypes
import NPSModel
import TestSupport
import Testing

struct SingleRecordTests {
    @Test("a created record is answered in the shape of create, dated now, linked by its domain")
    func create() async throws {
        let clock = TestClock()
        try await withSandbox(clock: clock) { client in
            let reply = try await client.send(.post, "/nps", #"{"email":"ana@example.com","score":6}"#)
            #expect(reply.status == 200)
            let names: Set = ["_id", "email", "score", "euId", "cId", "scoreType", "dateSent", "dateAnswered", "__v"]
            #expect(reply.json.names == names)
            #expect(reply.json["scoreType"] == .string("detractor"))
            #expect(reply.json["dateSent"] == .null)
            #expect(reply.json["dateAnswered"] == .string(Timestamp.format(clock.now)))
            #expect(reply.json["__v"] == .integer(0))
        }
    }

    @Test("an id is 24 hex digits, and its first four bytes are the time")
    func objectID() async throws {
        let clock = TestClock()
        try await withSandbox(clock: clock) { client in
            let reply = try await client.send(.post, "/nps", #"{"email":"ana@example.com","score":6}"#)
            let id = try #require(reply.json["_id"]?.string)
            #expect(Hexadecimal.decode(id)?.count == 12)
            #expect(UInt32(id.prefix(8), radix: 16) == UInt32(clock.now.timeIntervalSince1970))
        }
    }

    @Test(
        "scores have their types",
        arguments: [
            (0, "detractor"), (6, "detractor"), (7, "passive"), (8, "passive"), (9, "promoter"), (10, "promoter"),
        ]
    )
    func scoreTypes(score: Int, type: String) async throws {
        try await withSandbox { client in
            let reply = try await client.send(.post, "/nps", #"{"email":"ana@example.com","score":\#(score)}"#)
            #expect(reply.json["scoreType"] == .string(type))
        }
    }

    @Test(
        "a body that can't be a record is a 400 and stores nothing",
        arguments: [
            #"{"score":9}"#, #"{"email":"ana@example.com"}"#, #"{"email":"ana","score":9}"#, #"[]"#, #"{"email":"#, "",
            #"{"email":"ana@example.com","score":11}"#, #"{"email":"ana@example.com","score":-1}"#,
            #"{"email":"ana@example.com","score":9.5}"#, #"{"email":"ana@example.com","score":"9"}"#,
            #"{"email":"ana@example.com","score":null}"#, #"{"email":"ana@example.com","score":true}"#,
            #"{"email":"ana@example.com","score":9,"dateAnswered":"yesterday"}"#,
            #"{"email":"ana@example.com","score":9,"campaignId":"spring"}"#,
            #"{"email":"ana@example.com","score":9,"comment":7}"#,
            #"{"email":"ana@example.com","score":9,"custom":[]}"#,
        ]
    )
    func refused(body: String) async throws {
        try await withSandbox { client in
            let reply = try await client.send(.post, "/nps", body)
            #expect(reply.status == 400)
            #expect(reply.json["message"]?.string?.isEmpty == false)
            #expect(!reply.text.contains("yesterday") && !reply.text.contains("spring"))
            #expect(try await client.stats()["records"] == .integer(0))
        }
    }

    @Test("everything that was sent is kept, and unknown properties are not")
    func roundTrip() async throws {
        try await withSandbox { client in
            let body = #"""
                {"email":"Ana+nps@example.com","score":0,"comment":"Grüße 🙂","sourceId":"nps1-a","source":"form",
                "campaignId":"5c3d0c380000000000000001","dateSent":"2026-01-02T03:04:05Z","externalId":"x",
                "dateAnswered":"2026-01-03T03:04:05.678+02:00","custom":{"Plan?":"gold","seats":3}}
                """#
            let created = try await client.send(.post, "/nps", body)
            #expect(created.json["externalId"] == nil)
            let id = try #require(created.json["_id"]?.string)
            let read = try await client.send(.get, "/nps/\(id)").json
            #expect(read["email"] == .string("Ana+nps@example.com"))
            #expect(read["nps"] == .integer(0))
            #expect(read["npsComment"] == .string("Grüße 🙂"))
            #expect(read["sourceId"] == .string("nps1-a"))
            #expect(read["source"] == .string("form"))
            #expect(read["campaignId"] == .string("5c3d0c380000000000000001"))
            #expect(read["dateSent"] == .string("2026-01-02T03:04:05.000Z"))
            #expect(read["npsDate"] == .string("2026-01-03T01:04:05.678Z"))
            #expect(read["custom"] == .object(["Plan?": .string("gold"), "seats": .integer(3)]))
        }
    }

    @Test("get and list answer in a shape of their own, where _id is the enduser")
    func readShape() async throws {
        try await withSandbox { client in
            let created = try await client.send(.post, "/nps", #"{"email":"ana@example.com","score":9}"#).json
            let id = try #require(created["_id"]?.string)
            let read = try await client.send(.get, "/nps/\(id)").json
            let names: Set = [
                "_id", "npsId", "email", "npsDate", "nps", "npsComment", "npsSent", "scoreType", "cId", "campaignId",
                "dateSent", "dateReminderSent", "source", "sourceId", "custom",
            ]
            #expect(read.names == names)
            #expect(read["_id"] == created["euId"])
            #expect(read["npsId"] == created["_id"])
            #expect(try await client.send(.get, "/nps").json == .array([read]))
        }
    }

    @Test("with read-id=record, _id is the record in get and list, too")
    func readID() async throws {
        try await withSandbox("read-id=record") { client in
            let created = try await client.send(.post, "/nps", #"{"email":"ana@example.com","score":9}"#).json
            #expect(try await client.list(property: "_id") == [created["_id"]?.string])
        }
    }

    @Test("an update changes what it names and nothing else, and computes the type again")
    func update() async throws {
        try await withSandbox { client in
            let body = #"{"email":"ana@example.com","score":7,"comment":"fine","sourceId":"a"}"#
            let created = try await client.send(.post, "/nps", body).json
            let updated = try await client.send(.put, "/nps/srcid-a", #"{"score":9}"#).json
            #expect(updated.names == created.names)
            #expect(updated["_id"] == created["_id"])
            #expect(updated["score"] == .integer(9))
            #expect(updated["scoreType"] == .string("promoter"))
            #expect(updated["comment"] == .string("fine"))
            #expect(updated["dateAnswered"] == created["dateAnswered"])
        }
    }

    @Test("an enduser's id reads that person's latest record, but writes nothing")
    func enduserID() async throws {
        let clock = TestClock()
        try await withSandbox(clock: clock) { client async throws in
            let first = try await client.send(.post, "/nps", #"{"email":"ana@example.com","score":3}"#).json
            clock.advance(by: 60)
            let second = try await client.send(.post, "/nps", #"{"email":"ANA@example.com","score":8}"#).json
            #expect(first["euId"] == second["euId"])
            let person = try #require(first["euId"]?.string)
            #expect(try await client.send(.get, "/nps/\(person)").json["npsId"] == second["_id"])
            #expect(try await client.send(.put, "/nps/\(person)", #"{"score":1}"#).status == 404)
            #expect(try await client.send(.delete, "/nps/\(person)").status == 404)
        }
    }

    @Test("a deleted record is gone; the second delete is a 404", arguments: ["_id", "srcid-"])
    func delete(by key: String) async throws {
        try await withSandbox { client async throws in
            let body = #"{"email":"ana@example.com","score":7,"sourceId":"a"}"#
            let created = try await client.send(.post, "/nps", body).json
            let id = key == "_id" ? try #require(created["_id"]?.string) : "srcid-a"
            let reply = try await client.send(.delete, "/nps/\(id)")
            #expect(reply.json == .object(["n": .integer(1), "ok": .integer(1), "deletedCount": .integer(1)]))
            #expect(try await client.send(.delete, "/nps/\(id)").status == 404)
            #expect(try await client.list().isEmpty)
        }
    }

    @Test("an unknown id is a 404", arguments: ["000000000000000000000000", "srcid-none", "srcid-", "x"])
    func unknown(id: String) async throws {
        try await withSandbox { client async throws in
            #expect(try await client.send(.get, "/nps/\(id)").status == 404)
            #expect(try await client.send(.put, "/nps/\(id)", #"{"score":1}"#).status == 404)
            #expect(try await client.send(.delete, "/nps/\(id)").status == 404)
        }
    }

    @Test("a sourceId with escaped characters is found by its path")
    func escaped() async throws {
        try await withSandbox { client in
            let body = #"{"email":"ana@example.com","score":7,"sourceId":"a b/ü"}"#
            _ = try await client.send(.post, "/nps", body)
            #expect(try await client.send(.get, "/nps/srcid-a%20b%2F%C3%BC").status == 200)
        }
    }
}
