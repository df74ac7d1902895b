import Foundation
import NPSModel
import Testing

@testable import NPSQueue

@Suite("Stored content")
struct StoredContentTests {
    private static func response(
        comment: String? = nil,
        keepsComment: Bool = false,
        sentAt: Date? = nil,
        campaignID: String? = nil,
        custom: [String: JSONValue] = [:]
    ) throws -> SurveyResponse {
        SurveyResponse(
            id: ResponseID(source: "test", providerID: "1"),
            source: "test",
            email: try EmailAddress("ana@example.com"),
            score: try #require(Score(0)),
            comment: comment,
            keepsComment: keepsComment,
            answeredAt: Date(timeIntervalSince1970: 1_699_999_999.5),
            sentAt: sentAt,
            campaignID: campaignID,
            custom: custom
        )
    }

    @Test("what is written is canonical JSON, and is read back as it was")
    func roundTrip() throws {
        let responses = [
            try Self.response(),
            try Self.response(comment: "\"ünï\u{1}\\ code\n\u{1F600}"),
            try Self.response(keepsComment: true),
            try Self.response(
                comment: "x",
                sentAt: Date(timeIntervalSince1970: 1_600_000_000),
                campaignID: "c",
                custom: ["b": .integer(1), "a": .array([.null, .object(["z": .bool(true), "y": .number(0.5)])])]
            ),
        ]
        for response in responses {
            let json = StoredContent(response).json
            #expect(try JSONValue(parsing: Array(json.utf8)).canonicalBytes == Array(json.utf8))
            let read = StoredContent(json: json)?.response(id: response.id, source: response.source)
            #expect(read == response)
        }
    }
}
