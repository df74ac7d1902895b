import Foundation
import NPSModel
import PlanhatAPI
import Testing

@Suite("Record drafts")
struct RecordDraftTests {
    private func response(comment: String? = nil, sentAt: Date? = nil, score: Int = 0) throws -> SurveyResponse {
        SurveyResponse(
            id: ResponseID(source: "survey", providerID: "1"),
            source: "survey",
            email: try EmailAddress("Ana+nps@example.com"),
            score: try #require(Score(score)),
            comment: comment,
            answeredAt: .sample,
            sentAt: sentAt
        )
    }

    @Test("a bare response sends what is known and no nulls")
    func bare() throws {
        let response = try response()
        let expected: JSONValue = .object([
            "email": .string("Ana+nps@example.com"), "score": .integer(0), "sourceId": .string(response.id.rawValue),
            "dateAnswered": .string("2026-02-03T10:00:05.100Z"), "source": .string("survey"),
        ])
        #expect(RecordDraft(response).json == expected)
        #expect(String(decoding: RecordDraft(response).json.canonical, as: UTF8.self).contains(#""score":0,"#))
    }

    @Test("a full response sends everything under the API's names")
    func full() throws {
        let response = SurveyResponse(
            id: ResponseID(source: "acme", providerID: "7"),
            source: "acme",
            email: try EmailAddress("ana@example.com"),
            score: try #require(Score(10)),
            comment: "Fast",
            answeredAt: .sample,
            sentAt: Date(timeIntervalSince1970: 1_770_000_000),
            campaignID: "c1",
            companyID: "c2",
            custom: ["plan": .string("pro")]
        )
        let json = RecordDraft(response).json
        #expect(json["comment"] == .string("Fast"))
        #expect(json["dateSent"] == .string("2026-02-02T02:40:00.000Z"))
        #expect(json["campaignId"] == .string("c1"))
        #expect(json["cId"] == .string("c2"))
        #expect(json["custom"] == .object(["plan": .string("pro")]))
        for name in ["_id", "euId", "scoreType", "companyId"] { #expect(json[name] == nil) }
    }

    @Test("what isn't set isn't sent")
    func empty() {
        #expect(RecordDraft().json == .object([:]))
    }
}
