import Foundation
import NPSDelivery
import NPSModel
import NPSQueue
import Testing

@Suite("Which response an error entry is about")
struct ErrorAttributionTests {
    private func attribute(_ entry: JSONValue, among claims: [Claim]) -> (owner: ResponseID?, reason: String) {
        ErrorAttribution(claims).attribute(entry)
    }

    @Test("a sourceId or an address in it, at any depth and with any punctuation, names the response")
    func named() throws {
        let sent = try claims(0..<3)
        let id = sent[1].id.rawValue
        let entries: [JSONValue] = [
            .string("sourceId \(id) is not valid"),
            .string("\"\(id)\": not valid"),
            .string("no contact <person1@example.com>."),
            .string("no contact PERSON1@example.com"),
            .object(["message": .string("not valid"), "sourceId": .string(id)]),
            .object(["item": .object(["keys": .array([.string("person1@example.com")])])]),
        ]
        for entry in entries { #expect(attribute(entry, among: sent).owner == sent[1].id, "\(entry)") }
    }

    @Test("a similar name, two names, or an address that two responses have name nobody")
    func notNamed() throws {
        let sent = try claims(0..<3)
        let twin = Claim(
            response: SurveyResponse(
                id: ResponseID(source: "test", providerID: "twin"),
                source: "test",
                email: sent[0].response.email,
                score: sent[0].response.score,
                answeredAt: sent[0].response.answeredAt
            ),
            revision: 1,
            attempts: 0,
            mustUpsert: false
        )
        let entries: [JSONValue] = [
            .string("the item could not be saved"),
            .string("no contact person0@example.com"),
            .string("no contact aperson1@example.com"),
            .string("no contact person1@example.com.invalid"),
            .string("\(sent[1].id) and \(sent[2].id) are duplicated"),
            .string("person1@example.com, person2@example.com"),
            .string("x\(sent[1].id)"),
            .null,
        ]
        for entry in entries { #expect(attribute(entry, among: sent + [twin]).owner == nil, "\(entry)") }
    }

    @Test("the sourceId wins over an address that somebody's comment mentions")
    func mentioned() throws {
        let sent = try claims(0..<3)
        let entry = JSONValue.object([
            "message": .string("not valid"),
            "item": .object([
                "sourceId": .string(sent[0].id.rawValue), "comment": .string("ask person2@example.com"),
            ]),
        ])
        #expect(attribute(entry, among: sent).owner == sent[0].id)
    }

    @Test("the reason repeats nothing that was sent but the ids by which this program speaks of it")
    func customIsRedacted() throws {
        let claim = Claim(
            response: SurveyResponse(
                id: ResponseID(source: "test", providerID: "1"),
                source: "test",
                email: try EmailAddress("person1@example.com"),
                score: try #require(Score(3)),
                answeredAt: Date(timeIntervalSince1970: 1_700_000_000),
                companyID: "secret-company",
                custom: [
                    "Phone": .string("+49 170 1234567"), "more": .array([.string("Heidelberg"), .integer(69_117)]),
                ]
            ),
            revision: 1,
            attempts: 0,
            mustUpsert: false
        )
        let entry = JSONValue.object([
            "sourceId": .string(claim.id.rawValue),
            "message": .string(
                "\(claim.id): Phone '+49 170 1234567' of 69117 Heidelberg in secret-company is not a number"
            ),
        ])
        let reason = attribute(entry, among: [claim] + (try claims(2..<4))).reason
        #expect(reason.hasPrefix("Planhat refused it: \(claim.id): Phone"))
        for secret in ["170", "1234567", "69117", "Heidelberg", "secret"] { #expect(!reason.contains(secret)) }
    }

    @Test("the reason is Planhat's, without what the person wrote or who it was")
    func redacted() throws {
        let sent = try [claim(1, comment: "so very slow")]
        let entry = JSONValue.string("comment 'so very slow' of person1@example.com is not allowed")
        #expect(
            attribute(entry, among: sent).reason
                == "Planhat refused it: comment '(…)' of (…) is not allowed"
        )
        #expect(attribute(.object(["code": .integer(7)]), among: sent).reason == "Planhat refused it without a reason")
    }
}
