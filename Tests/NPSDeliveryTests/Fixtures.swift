import Foundation
import NPSDelivery
import NPSModel
import NPSQueue
import Testing

func response(_ number: Int, score: Int = 9, comment: String? = nil) throws -> SurveyResponse {
    SurveyResponse(
        id: ResponseID(source: "test", providerID: "\(number)"),
        source: "test",
        email: try EmailAddress("person\(number)@example.com"),
        score: try #require(Score(score)),
        comment: comment,
        answeredAt: Date(timeIntervalSince1970: 1_699_999_999.5)
    )
}

func claim(_ number: Int, comment: String? = nil, attempts: Int = 0, mustUpsert: Bool = false) throws -> Claim {
    Claim(response: try response(number, comment: comment), revision: 1, attempts: attempts, mustUpsert: mustUpsert)
}

func claims(_ numbers: Range<Int>, attempts: Int = 0) throws -> [Claim] {
    try numbers.map { try claim($0, attempts: attempts) }
}

extension Claim {
    var id: ResponseID { response.id }
}
