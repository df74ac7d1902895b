import Foundation
import Testing

@testable import NPSServer

@Suite("What is remembered of opened links")
struct LinkVisitsTests {
    private let start = Date(timeIntervalSince1970: 1_770_112_805)

    private func open(_ visits: LinkVisits, _ link: String, after seconds: TimeInterval) {
        for score in 0..<LinkVisits.burst { visits.note(link, score: score, at: start.addingTimeInterval(seconds)) }
    }

    @Test("a burst is known for ten minutes, and forgotten after twenty", arguments: [0.0, 599])
    func memory(first: TimeInterval) {
        let visits = LinkVisits()
        visits.note("other", score: 1, at: start)
        open(visits, "a", after: first)
        let opened = start.addingTimeInterval(first)
        visits.note("other", score: 2, at: opened.addingTimeInterval(599))
        #expect(visits.isBurst("a", around: opened))
        visits.note("other", score: 2, at: opened.addingTimeInterval(1_202))
        #expect(!visits.isBurst("a", around: opened))
    }

    @Test("among many links the latest are known")
    func capacity() {
        let visits = LinkVisits(capacity: 10)
        for number in 0..<1_000 {
            open(visits, "\(number)", after: Double(number) / 1_000)
            for recent in max(0, number - 9)...number { #expect(visits.isBurst("\(recent)", around: start)) }
        }
        #expect(!visits.isBurst("900", around: start))
    }

    @Test("scores opened on both sides of a change of generations are one burst")
    func acrossGenerations() {
        let visits = LinkVisits()
        visits.note("a", score: 1, at: start)
        visits.note("a", score: 2, at: start.addingTimeInterval(597))
        visits.note("a", score: 3, at: start.addingTimeInterval(598))
        visits.note("a", score: 4, at: start.addingTimeInterval(601))
        #expect(visits.isBurst("a", around: start.addingTimeInterval(600)))
    }
}
