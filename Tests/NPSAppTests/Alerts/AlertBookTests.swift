import Foundation
import NPSQueue
import Synchronization
import Testing

@testable import NPSApp

@Suite("The book of alerts")
struct AlertBookTests {
    /// A book with a clock of its own, and what it told.
    private struct Course {
        private static let ids = Atomic(0)

        var book = AlertBook()
        var now = Date(timeIntervalSince1970: 1_700_000_000)
        var isTelling = true

        /// So many seconds pass, and then this is found.
        mutating func pass(_ seconds: Int, _ change: (inout AlertFigures) -> Void = { _ in }) {
            now += TimeInterval(seconds)
            var figures = AlertFigures()
            change(&figures)
            book.follow(
                AlertFindings(figures, of: "one", at: now),
                after: .seconds(seconds),
                AlertBook.Terms(
                    collector: "one",
                    isTelling: isTelling,
                    now: now,
                    id: { "id-\(Self.ids.wrappingAdd(1, ordering: .relaxed).oldValue)" }
                )
            )
        }

        /// `NPSDiskLow began`, of all that waits to be sent.
        var told: [String] { book.messages.map { "\($0.key.alert) \($0.event)" } }

        private(set) var delivered: [String] = []

        mutating func deliver() {
            delivered += told
            for message in book.messages { book.deliver(message, at: now) }
        }

        /// As after a restart.
        func restarted() -> Course {
            var new = self
            new.book = AlertBook()
            new.book.take(KeptAlerts(alerts: Array(book.alerts.values), messages: book.messages), at: now)
            return new
        }
    }

    private static func paused(_ figures: inout AlertFigures) {
        figures.queue = AlertFigures.Queue(delivery: .paused(reason: "token"))
    }

    private static func delivering(_ figures: inout AlertFigures) {
        figures.queue = AlertFigures.Queue(delivery: .works)
    }

    private static func waiting(_ figures: inout AlertFigures) {
        figures.queue = AlertFigures.Queue(delivery: .undecided)
    }

    private static func low(_ figures: inout AlertFigures) {
        figures.disk = AlertFigures.Disk(free: 100, reserve: 50)
    }

    private static func roomy(_ figures: inout AlertFigures) {
        figures.disk = AlertFigures.Disk(free: 1_000, reserve: 50)
    }

    @Test("an alert is told once when it begins, every day while it holds, and once when it ends")
    func life() {
        var course = Course()
        course.pass(0, Self.paused)
        #expect(course.told == ["NPSDeliveryPaused began"])
        course.deliver()
        for _ in 0..<1_439 { course.pass(60, Self.paused) }
        #expect(course.told == [])
        course.pass(60, Self.paused)
        #expect(course.told == ["NPSDeliveryPaused repeated"])
        course.deliver()
        for _ in 0..<2 { course.pass(10, Self.delivering) }
        #expect(course.told == [])
        course.pass(10, Self.delivering)
        #expect(course.told == ["NPSDeliveryPaused ended"])
        course.deliver()
        for _ in 0..<10 { course.pass(10, Self.delivering) }
        #expect(course.told == [])
    }

    @Test("it is over only when it has really delivered again, and has gone on to do so")
    func damped() {
        var course = Course()
        course.pass(0, Self.paused)
        for _ in 0..<100 { course.pass(10, Self.waiting) }
        course.pass(10, Self.delivering)
        course.pass(10, Self.paused)
        course.pass(10, Self.delivering)
        #expect(course.told == ["NPSDeliveryPaused began"])
        for _ in 0..<2 { course.pass(10, Self.delivering) }
        #expect(course.told == ["NPSDeliveryPaused began", "NPSDeliveryPaused ended"])
    }

    @Test("what comes and goes isn't told without end")
    func flapping() {
        var course = Course()
        // Two minutes each, for a day.
        for _ in 0..<360 {
            for _ in 0..<12 { course.pass(10, Self.paused) }
            for _ in 0..<12 { course.pass(10, Self.delivering) }
        }
        #expect(course.told.count == 5)
        #expect(course.told.last == "NPSDeliveryPaused began")
        for _ in 0..<200 { course.pass(10, Self.delivering) }
        #expect(course.told.count == 6)
        #expect(course.told.last == "NPSDeliveryPaused ended")
    }

    @Test("a silent source is told again for a week, and then only when it is over")
    func silence() {
        var history = SourceHistory()
        var counts = SourceCounts()
        for _ in 0..<(24 * 8) {
            counts = counts + SourceCounts(deliveries: 1, fruitful: 1)
            history.watch(for: 0, counts, quarantined: nil)
            history.watch(for: 3_600, counts, quarantined: nil)
        }
        history.watch(for: 2 * 86_400, counts, quarantined: nil)
        let silent = history
        var course = Course()
        for _ in 0..<(24 * 60) {
            course.pass(3_600) {
                $0.queue = AlertFigures.Queue(sources: [AlertFigures.Source(label: "a", history: silent)])
            }
            course.deliver()
        }
        #expect(course.delivered.count == 7)
    }

    @Test("what doesn't last isn't told")
    func passing() {
        var course = Course()
        for _ in 0..<50 {
            course.pass(10, Self.low)
            course.pass(10, Self.low)
            course.pass(10, Self.roomy)
        }
        #expect(course.told == [])
        for _ in 0..<3 { course.pass(10, Self.low) }
        #expect(course.told == ["NPSDiskLow began"])
        #expect(course.book.alerts.values.first?.since == course.now.addingTimeInterval(-20))
    }

    @Test("a restart neither repeats nor forgets, whatever it finds first", arguments: [true, false])
    func restart(isDelivered: Bool) {
        var course = Course()
        course.pass(0, Self.paused)
        if isDelivered { course.deliver() }
        course = course.restarted()
        course.pass(0)
        course.pass(10, Self.paused)
        #expect(course.told == (isDelivered ? [] : ["NPSDeliveryPaused began"]))
        course.deliver()
        course = course.restarted()
        for _ in 0..<3 { course.pass(10, Self.delivering) }
        #expect(course.told == ["NPSDeliveryPaused ended"])
        course = course.restarted()
        course.pass(10, Self.delivering)
        #expect(course.told == ["NPSDeliveryPaused ended"])
    }

    @Test("a clock that leaps makes neither a storm nor a silence", arguments: [-86_400, 31_536_000] as [TimeInterval])
    func leap(seconds: TimeInterval) {
        var course = Course()
        course.pass(0, Self.paused)
        course.deliver()
        course.now += seconds
        for _ in 0..<100 { course.pass(60, Self.paused) }
        #expect(course.told == [])
        for _ in 0..<1_340 { course.pass(60, Self.paused) }
        #expect(course.told == ["NPSDeliveryPaused repeated"])
        course.deliver()
        course = course.restarted()
        course.now -= 2 * 86_400
        course = course.restarted()
        for _ in 0..<1_439 { course.pass(60, Self.paused) }
        #expect(course.told == [])
        course.pass(60, Self.paused)
        #expect(course.told == ["NPSDeliveryPaused repeated"])
    }

    @Test("while the receiver is away, what holds isn't said again and again, and in its order")
    func away() {
        var course = Course()
        course.pass(0, Self.paused)
        for _ in 0..<10_000 { course.pass(60, Self.paused) }
        #expect(course.told == ["NPSDeliveryPaused began"])
        for _ in 0..<2 { course.pass(60, Self.delivering) }
        #expect(course.told == ["NPSDeliveryPaused began", "NPSDeliveryPaused ended"])
        #expect(course.book.next(at: course.now)?.event == "began")
        course.book.countAttempt(course.book.messages[0].id)
        #expect(course.book.next(at: course.now)?.event == "began")
    }

    @Test("no more messages wait than have room, and those that are given up are counted")
    func limit() {
        var course = Course()
        for _ in 0..<150 {
            course.pass(7_200, Self.paused)
            for _ in 0..<3 { course.pass(10, Self.delivering) }
        }
        #expect(course.told.count == AlertBook.mostMessages)
        #expect(course.book.givenUp == 100)
        #expect(course.told.first == "NPSDeliveryPaused began")
    }

    @Test("of what has no room, what is over goes first, and what holds stays")
    func leastMissed() {
        var course = Course()
        course.pass(0, Self.paused)
        for _ in 0..<120 {
            for _ in 0..<3 { course.pass(3_600, Self.low) }
            for _ in 0..<3 { course.pass(3_600, Self.roomy) }
        }
        #expect(course.told.count <= AlertBook.mostMessages && course.book.givenUp == 42)
        #expect(course.told.first == "NPSDeliveryPaused began")
        #expect(
            course.book.messages.count { $0.event == "began" } == course.book.messages.count { $0.event == "ended" } + 1
        )
    }

    @Test("nothing that a damaged database holds ends the program")
    func damaged() {
        var course = Course()
        let last = KeptMessage(
            id: "a",
            key: AlertKey("NPSDiskLow"),
            place: .max,
            event: "began",
            data: "{}",
            createdAt: .distantFuture
        )
        course.book.take(KeptAlerts(messages: [last.claimed(.max, until: .distantFuture)]), at: course.now)
        course.book.countAttempt("a")
        course.pass(0, Self.paused)
        #expect(course.told == ["NPSDiskLow began", "NPSDeliveryPaused began"])
    }

    @Test("one that can't be delivered doesn't keep the others waiting")
    func poisoned() {
        var course = Course()
        course.pass(0, Self.paused)
        for _ in 0..<4 { course.pass(10) { Self.low(&$0) } }
        let first = course.book.next(at: course.now)
        #expect(first?.key.alert == "NPSDeliveryPaused")
        course.book.countAttempt(first?.id ?? "")
        #expect(course.book.next(at: course.now)?.key.alert == "NPSDiskLow")
    }

    @Test("one that somebody may be sending waits, and not because of a clock that was wrong")
    func claimed() {
        let now = Date(timeIntervalSince1970: 1_700_000_000)
        for (wait, isNext) in [(15.0, false), (-1, true), (86_400, true)] {
            let message = KeptMessage(
                id: "a",
                key: AlertKey("NPSDiskLow"),
                place: 1,
                event: "began",
                data: "{}",
                createdAt: now
            )
            var book = AlertBook()
            book.take(KeptAlerts(messages: [message.claimed(0, until: now.addingTimeInterval(wait))]), at: now)
            #expect((book.next(at: now) != nil) == isNext)
        }
    }

    @Test("what was told before isn't told again because it couldn't be read at the start")
    func late() {
        var former = Course()
        former.pass(0, Self.paused)
        former.deliver()
        var course = Course()
        course.pass(0, Self.paused)
        course.book.take(KeptAlerts(alerts: Array(former.book.alerts.values)), at: course.now)
        course.pass(10, Self.paused)
        #expect(course.told == [] && course.book.alerts == former.book.alerts)
    }

    @Test("without a receiver it is only known what holds, which one that is named later is told")
    func nobody() {
        var course = Course()
        course.isTelling = false
        course.pass(0, Self.paused)
        #expect(course.told == [] && course.book.alerts.count == 1)
        course = course.restarted()
        course.isTelling = true
        course.pass(10, Self.paused)
        #expect(course.told == ["NPSDeliveryPaused began"])
    }

    @Test("what another collector looks after is forgotten without a word")
    func forgotten() {
        var course = Course()
        for _ in 0..<5 {
            course.pass(10) { figures in
                Self.paused(&figures)
                Self.low(&figures)
            }
        }
        #expect(course.told.count == 2)
        course.book.forget(where: \.collector.isEmpty)
        #expect(course.told == ["NPSDiskLow began"])
        for _ in 0..<5 { course.pass(10, Self.low) }
        #expect(course.told == ["NPSDiskLow began"])
    }

    @Test("the ledger writes what differs, and again what nobody told of")
    func ledger() {
        var course = Course()
        var ledger = AlertLedger()
        course.pass(0, Self.paused)
        let began = ledger.changes(to: course.book) { _ in true }
        #expect(began.alerts.count == 1 && began.messages.count == 1)
        ledger.doubt(began)
        #expect(ledger.changes(to: course.book) { _ in true } == began)
        course.deliver()
        for _ in 0..<3 { course.pass(10, Self.delivering) }
        course.deliver()
        let ended = ledger.changes(to: course.book) { _ in true }
        #expect(ended.ended.map(\.alert) == ["NPSDeliveryPaused"] && ended.settled == began.messages.map(\.id))
        ledger.note(ended)
        #expect(ledger.changes(to: course.book) { _ in true }.isEmpty)
    }
}
