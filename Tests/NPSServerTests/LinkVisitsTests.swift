import Foundation
import NPSModel
import NPSSurvey
import Testing

@testable import NPSServer

@Suite("What is remembered of opened links")
struct LinkVisitsTests {
    private let start = Date(timeIntervalSince1970: 1_770_112_805)

    private func open(_ visits: LinkVisits, _ link: String, _ scores: Range<Int> = 0..<3, after seconds: TimeInterval) {
        for score in scores.compactMap({ Score($0) }) {
            visits.note(OpenedScore(score, at: start.addingTimeInterval(seconds)), of: link)
        }
    }

    private func scores(_ visits: LinkVisits, _ link: String) -> [Int] { visits.opened(link).map(\.score.value) }

    @Test("a link is known for ten minutes, and forgotten after twenty", arguments: [0.0, 599])
    func memory(first: TimeInterval) {
        let visits = LinkVisits()
        open(visits, "other", 1..<2, after: 0)
        open(visits, "a", after: first)
        open(visits, "other", 2..<3, after: first + 599)
        #expect(scores(visits, "a") == [0, 1, 2])
        open(visits, "other", 2..<3, after: first + 1_202)
        #expect(scores(visits, "a").isEmpty)
    }

    @Test("among many links the latest are known")
    func capacity() {
        let visits = LinkVisits(capacity: 10)
        for number in 0..<1_000 {
            open(visits, "\(number)", after: Double(number) / 1_000)
            for recent in max(0, number - 9)...number { #expect(scores(visits, "\(recent)") == [0, 1, 2]) }
        }
        #expect(scores(visits, "900").isEmpty)
    }

    @Test("a link's openings on both sides of a change of generations are known together")
    func acrossGenerations() {
        let visits = LinkVisits()
        open(visits, "a", 1..<2, after: 0)
        open(visits, "a", 2..<4, after: 598)
        open(visits, "a", 4..<5, after: 601)
        #expect(scores(visits, "a") == [1, 2, 3, 4])
    }

    @Test("of each score of a link the two latest openings are known")
    func limit() {
        let visits = LinkVisits()
        for second in 0..<1_000 { open(visits, "a", second % 11..<second % 11 + 1, after: Double(second) / 10) }
        #expect(scores(visits, "a") == (1_000 - 22..<1_000).map { $0 % 11 })
    }

    @Test("a score that is opened again and again doesn't make a burst forgotten")
    func polled() {
        let visits = LinkVisits()
        open(visits, "a", 0..<11, after: 0)
        for second in 1...1_000 { open(visits, "a", 0..<1, after: Double(second) / 10) }
        #expect(scores(visits, "a") == Array(1...10) + [0, 0])
    }

    @Test("clients are told apart by network, not by address")
    func clients() throws {
        let marks = try ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "192.0.2.1", "192.0.2.2"].map {
            try #require(Peer(testing: $0).mark)
        }
        #expect(marks[0] == marks[1])
        #expect(Set(marks).count == 4)
    }
}
