import Foundation
import NPSModel
import Testing

@testable import NPSQueue

@Suite("Codes of tallies")
struct TallyCodeTests {
    private static let day = Day(rawValue: 20_787)

    private static func tally(_ survey: String?, _ campaign: String?) throws -> Tally {
        Tally(day: day, score: try #require(Score(9)), survey: survey, campaign: campaign)
    }

    @Test(
        "a tally is written shortly, and read as it was",
        arguments: [
            (nil, nil, "2026-11-30 9"), ("spring", nil, "2026-11-30 9 spring"),
            (nil, "5f1a-_", "2026-11-30 9 - 5f1a-_"), ("a", "b", "2026-11-30 9 a b"),
            ("-", "", "2026-11-30 9 %2d %"), ("Ü b%", "\0", "2026-11-30 9 %c3%9c%20b%25 %00"),
        ]
    )
    func text(survey: String?, campaign: String?, text: String) throws {
        let tally = try Self.tally(survey, campaign)
        #expect(TallyCode(tally).rawValue == text)
        #expect(TallyCode(rawValue: text).tally == tally)
    }

    @Test(
        "what is no code is none",
        arguments: [
            "", " ", "2026-11-30", "2026-11-30 11", "2026-11-30 -1", "2026-11-30 nine", "2026-13-30 9", "tomorrow 9",
            "2026-11-30 9 a b c", "2026-11-30 9  b", "2026-11-30 9 %c3", "2026-11-30 9 %zz",
            "2026-11-30 9 %2", "2026-11-30 9 ä",
        ]
    )
    func unreadable(text: String) {
        #expect(TallyCode(rawValue: text).tally == nil)
    }

    @Test("codes are in the order of the days, and a day's lie between its ends")
    func order() throws {
        let days = [0, 9_999, 20_787, 20_788, 2_932_896].map(Day.init(rawValue:))
        let codes = try days.map { TallyCode(Tally(day: $0, score: try #require(Score(10)), survey: "z")).rawValue }
        #expect(codes == codes.sorted())
        for (day, code) in zip(days, codes) {
            #expect(TallyCode.first(of: day) < code && code < TallyCode.end(of: day))
            #expect(TallyCode(rawValue: code).tally?.day == day)
        }
    }

    @Test("a response counts on the day of the answer, and no name is longer than an index takes")
    func response() throws {
        var response = SurveyResponse(
            id: ResponseID(source: "test", providerID: "1"),
            source: "test",
            email: try EmailAddress("ana@example.com"),
            score: try #require(Score(0)),
            answeredAt: Date(timeIntervalSince1970: 86_399.999),
            campaignID: String(repeating: "c", count: 65)
        )
        response.survey = "spring"
        #expect(TallyCode(Tally(response)).rawValue == "1970-01-01 0 spring")
        #expect(Tally(StoredContent(response)).map(TallyCode.init)?.rawValue == "1970-01-01 0")
    }
}
