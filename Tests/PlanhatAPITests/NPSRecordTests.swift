import Foundation
import NPSModel
import PlanhatAPI
import Testing

@Suite("Records")
struct NPSRecordTests {
    private func record(_ text: String) throws -> NPSRecord {
        try #require(NPSRecord(JSONValue(parsing: Data(text.utf8))))
    }

    @Test("the shape of create and update is read")
    func written() throws {
        let record = try record(
            """
            {"_id":"61030b0e","email":"ana@example.com","score":7,"euId":"61001","cId":"61002","scoreType":"passive",
            "dateSent":null,"dateAnswered":"2021-07-29T20:09:50.914Z","__v":0,"createdAt":"yesterday","custom":{"a":1}}
            """
        )
        #expect(record.id == "61030b0e")
        #expect(record.recordId == "61030b0e")
        #expect(record.email == "ana@example.com")
        #expect(record.score == 7)
        #expect(record.scoreType == "passive")
        #expect(record.enduserId == "61001")
        #expect(record.companyId == "61002")
        #expect(record.dateSent == nil)
        #expect(record.dateAnswered.map(Timestamp.format) == "2021-07-29T20:09:50.914Z")
        #expect(record.custom == ["a": .integer(1)])
        #expect(record.comment == nil && record.sourceId == nil && record.source == nil && record.campaignId == nil)
    }

    @Test("the shape of get and list is read, where the record's id is npsId")
    func projected() throws {
        let record = try record(
            """
            {"_id":"5a2692f1","npsId":"5f3bc3ef","email":"ana@example.com","npsDate":"2020-08-18T12:11:00Z","nps":0,
            "npsComment":"Slow","npsSent":null,"scoreType":"detractor","cId":"59","campaignId":"5c3d0c38",
            "dateSent":"2020-08-18T12:10:03.000Z","dateReminderSent":null,"source":"custom-nps.com",
            "sourceId":"5f3bc3ef","custom":null}
            """
        )
        #expect(record.id == "5a2692f1")
        #expect(record.recordId == "5f3bc3ef")
        #expect(record.score == 0)
        #expect(record.comment == "Slow")
        #expect(record.dateAnswered.map(Timestamp.format) == "2020-08-18T12:11:00.000Z")
        #expect(record.dateSent.map(Timestamp.format) == "2020-08-18T12:10:03.000Z")
        #expect(record.source == "custom-nps.com")
        #expect(record.sourceId == "5f3bc3ef")
        #expect(record.campaignId == "5c3d0c38")
        #expect(record.enduserId == nil)
        #expect(record.custom.isEmpty)
    }

    @Test(
        "null, empty and missing are the same",
        arguments: [
            #"{"_id":"a"}"#,
            #"{"_id":"a","email":"","comment":"","sourceId":"","source":"","campaignId":"","cId":"","scoreType":""}"#,
            #"{"_id":"a","email":null,"comment":null,"npsComment":null,"sourceId":null,"source":null,"campaignId":null}"#,
            #"{"_id":"a","score":null,"nps":null,"dateSent":null,"npsSent":"","dateAnswered":"","npsDate":null}"#,
            #"{"_id":"a","npsId":null,"custom":null,"euId":null,"cId":null,"scoreType":null}"#,
            #"{"_id":"a","email":[],"score":"high","dateSent":17,"custom":"none","comment":{}}"#,
        ]
    )
    func absent(text: String) throws {
        let record = try record(text)
        #expect(record.recordId == "a")
        #expect(record.email == nil && record.score == nil && record.comment == nil && record.scoreType == nil)
        #expect(record.sourceId == nil && record.source == nil && record.campaignId == nil)
        #expect(record.companyId == nil && record.enduserId == nil)
        #expect(record.dateSent == nil && record.dateAnswered == nil && record.custom.isEmpty)
    }

    @Test(
        "one name's null doesn't hide the other name's value",
        arguments: [
            #"{"score":null,"nps":8,"comment":"","npsComment":"Good","dateAnswered":null,"npsDate":"2020-01-01"}"#,
            #"{"score":8,"nps":null,"comment":"Good","npsComment":null,"dateAnswered":"2020-01-01","npsDate":""}"#,
            #"{"score":8,"nps":3,"comment":"Good","npsComment":"Bad","dateAnswered":"2020-01-01","npsDate":"2019-01-01"}"#,
        ]
    )
    func eitherName(text: String) throws {
        let record = try record(text)
        #expect(record.score == 8)
        #expect(record.comment == "Good")
        #expect(record.dateAnswered == Date(timeIntervalSince1970: 1_577_836_800))
    }

    @Test("numbers may be doubles or texts", arguments: [("9.0", 9), ("9", 9), ("0.0", 0), (#""9""#, 9), ("1e1", 10)])
    func numbers(text: String, score: Int) throws {
        #expect(try record(#"{"score":\#(text)}"#).score == score)
    }

    @Test("what is no score is none", arguments: ["9.5", "11", "-1", "true", "[]", "1e400", "99999999999999999999"])
    func noScore(text: String) throws {
        guard let json = try? JSONValue(parsing: Data(#"{"score":\#(text)}"#.utf8)) else { return }
        #expect(NPSRecord(json)?.score == nil)
    }

    @Test("an id of another system may be a number")
    func numericID() throws {
        #expect(try record(#"{"sourceId":12345678901}"#).sourceId == "12345678901")
    }

    @Test("only objects are records", arguments: [JSONValue.null, .array([]), .string("a"), .integer(1)])
    func noObject(json: JSONValue) {
        #expect(NPSRecord(json) == nil)
    }

    @Test("printed JSON has the names of create and update beside those of get and list")
    func normalized() throws {
        let record = try record(#"{"nps":0,"npsComment":null,"comment":"","score":null,"npsDate":"2020-01-01","x":1}"#)
        #expect(record.normalizedJSON["score"] == .integer(0))
        #expect(record.normalizedJSON["nps"] == .integer(0))
        #expect(record.normalizedJSON["comment"] == .string(""))
        #expect(record.normalizedJSON["dateAnswered"] == .string("2020-01-01"))
        #expect(record.normalizedJSON["x"] == .integer(1))
    }
}

@Suite("Record ids")
struct RecordIDTests {
    @Test(
        "the prefix tells the source's id from Planhat's",
        arguments: [
            ("5f3bc3ef", RecordID.planhat("5f3bc3ef")), ("srcid-nps1-0a", .source("nps1-0a")),
            ("srcid-srcid-a", .source("srcid-a")), ("SRCID-a", .planhat("SRCID-a")),
        ]
    )
    func reading(argument: String, id: RecordID) throws {
        #expect(try RecordID(reading: argument) == id)
        #expect(id.description == argument)
    }

    @Test("an empty id is refused", arguments: ["", "srcid-"])
    func empty(argument: String) {
        #expect(throws: PlanhatError.self) { try RecordID(reading: argument) }
    }
}
