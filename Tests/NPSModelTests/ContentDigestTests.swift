import Foundation
import NPSModel
import Testing

@Suite("Content digest")
struct ContentDigestTests {
    private func response(_ id: String = "1", email: String = "Ana@example.com", score: Int = 9, comment: String? = nil)
        throws -> SurveyResponse
    {
        SurveyResponse(
            id: ResponseID(source: "test", providerID: id),
            source: "test",
            email: try EmailAddress(email),
            score: try #require(Score(score)),
            comment: comment,
            answeredAt: Date(timeIntervalSince1970: 1_700_000_000.123)
        )
    }

    @Test("case in an address and white space around a comment don't count")
    func same() throws {
        let digest = try response(comment: "so\nslow").contentDigest
        #expect(try response(email: "ana@example.com", comment: "so\nslow").contentDigest == digest)
        #expect(try response(comment: " so\r\nslow\n").contentDigest == digest)
        #expect(digest?.utf8.count == 64)
    }

    @Test("whatever else is said counts, and so does whose it is")
    func different() throws {
        let all = try [
            response(), response("2"), response(email: "ana@example.org"), response(score: 0), response(comment: "9"),
            response(comment: "so slow"), response(comment: "so  slow"), response(comment: "So slow"),
        ]
        #expect(Set(all.map(\.contentDigest)).count == all.count)
    }
}
