import Foundation
import NPSQueue
import Testing

@testable import NPSApp

@Suite("What a source usually does")
struct SourceHistoryTests {
    private static let hour = 3_600.0
    private static let day = 24 * hour

    /// A source that is watched by the minute.
    private struct Source {
        var history = SourceHistory()
        var counts = SourceCounts()

        mutating func wait(_ seconds: Double) {
            var rest = seconds
            while rest > 0 {
                history.watch(for: min(rest, 600), counts, quarantined: nil)
                rest -= 600
            }
        }

        mutating func deliver(_ isFruitful: Bool = true) {
            let (fruitful, ignored) = isFruitful ? (1, 0) : (0, 1)
            counts = counts + SourceCounts(deliveries: 1, fruitful: fruitful, ignored: ignored)
            history.watch(for: 0, counts, quarantined: nil)
        }

        /// Each working day every hour from nine to five, and nothing at the weekend.
        mutating func work(weeks: Int) {
            for _ in 0..<weeks {
                for day in 0..<7 {
                    wait(9 * hour)
                    for _ in 0..<8 {
                        if day < 5 { deliver() }
                        wait(hour)
                    }
                    wait(7 * hour)
                }
            }
        }
    }

    @Test("one that delivered a few times only is never silent", arguments: [0, 1, 4])
    func few(deliveries: Int) {
        var source = Source()
        for _ in 0..<deliveries {
            source.deliver()
            source.wait(Self.day)
        }
        source.wait(400 * Self.day)
        #expect(!source.history.isSilent && source.history.quietLimit == nil)
    }

    @Test("one that delivers on working days isn't silent at the weekend, and is when a week is missing")
    func office() {
        var source = Source()
        source.work(weeks: 3)
        #expect(source.history.quietLimit.map { $0 > 4 * Self.day && $0 < 5 * Self.day } == true)
        #expect(!source.history.isSilent)
        source.wait(2 * Self.day)
        #expect(!source.history.isSilent)
        source.wait(2 * Self.day)
        #expect(source.history.isSilent)
        source.deliver()
        #expect(!source.history.isSilent)
    }

    @Test("one that delivers every hour is silent after a day and a little more")
    func busy() {
        var source = Source()
        for _ in 0..<(24 * 10) {
            source.deliver()
            source.wait(Self.hour)
        }
        #expect(source.history.quietLimit == Self.day)
        source.wait(22 * Self.hour)
        #expect(!source.history.isSilent)
        source.wait(2 * Self.hour)
        #expect(source.history.isSilent)
    }

    @Test("a silence that was told of counts as no more than was still usual")
    func told() {
        var source = Source()
        for _ in 0..<(24 * 10) {
            source.deliver()
            source.wait(Self.hour)
        }
        source.wait(20 * Self.day)
        source.deliver()
        #expect(source.history.quietLimit == 2 * Self.day)
    }

    @Test("what was usual more than four weeks ago isn't any more")
    func forgotten() {
        var source = Source()
        source.work(weeks: 1)
        for _ in 0..<(24 * 35) {
            source.deliver()
            source.wait(Self.hour)
        }
        #expect(source.history.quietLimit == Self.day)
    }

    @Test("a long silence doesn't make it forget what was usual before")
    func summer() {
        var source = Source()
        source.work(weeks: 3)
        let limit = source.history.quietLimit
        source.wait(35 * Self.day)
        source.work(weeks: 1)
        #expect(!source.history.isSilent)
        #expect((source.history.quietLimit ?? 0) >= (limit ?? .infinity))
    }

    @Test("for one that isn't in the settings no time passes")
    func removed() {
        var source = Source()
        source.work(weeks: 2)
        for _ in 0..<1_000 { source.history.watch(for: 3_600, source.counts, quarantined: nil, isExpected: false) }
        #expect(!source.history.isSilent)
    }

    @Test("time for which nobody looked doesn't count")
    func off() throws {
        var source = Source()
        source.work(weeks: 2)
        let kept = try #require(source.history.kept)
        // The machine is off for a month.
        let after = try #require(SourceHistory(kept: kept))
        #expect(after == source.history && !after.isSilent)
    }

    @Test("a restart doesn't make a silent one un-silent")
    func silent() throws {
        var source = Source()
        source.work(weeks: 2)
        source.wait(5 * Self.day)
        let kept = try #require(source.history.kept)
        let after = try #require(SourceHistory(kept: kept))
        #expect(after.isSilent)
    }

    @Test("only ignored is one that delivered responses before, and for a day nothing else")
    func ignored() {
        var source = Source()
        for _ in 0..<10 {
            source.deliver(false)
            source.wait(6 * Self.hour)
        }
        #expect(!source.history.isOnlyIgnored)
        source.deliver()
        for _ in 0..<4 {
            source.deliver(false)
            source.wait(6 * Self.hour)
        }
        #expect(!source.history.isOnlyIgnored)
        source.deliver(false)
        #expect(source.history.isOnlyIgnored)
        source.deliver()
        #expect(!source.history.isOnlyIgnored)
        for _ in 0..<5 { source.deliver(false) }
        source.wait(23 * Self.hour)
        #expect(!source.history.isOnlyIgnored)
    }

    @Test("the quarantine grows for an hour after it did, and not when it is emptied")
    func quarantine() {
        var history = SourceHistory(quarantined: 3)
        let counts = SourceCounts()
        history.watch(for: 10, counts, quarantined: 3)
        #expect(!history.isQuarantineGrowing)
        history.watch(for: 10, counts, quarantined: 4)
        #expect(history.isQuarantineGrowing)
        history.watch(for: 3_590, counts, quarantined: nil)
        #expect(history.isQuarantineGrowing)
        history.watch(for: 10, counts, quarantined: 2)
        #expect(!history.isQuarantineGrowing)
        history.watch(for: 10, counts, quarantined: 3)
        #expect(history.isQuarantineGrowing)
        history.watch(for: 10, counts, quarantined: 0)
        #expect(!history.isQuarantineGrowing)
    }

    @Test("what no version kept is no history", arguments: ["", "{}", "[1]", "{\"quiet\": \"x\"}"])
    func unreadable(text: String) {
        #expect(SourceHistory(kept: text) == nil)
    }

    @Test(
        "neither is what can't be counted on",
        arguments: ["observed", "quiet", "ignored", "seenIgnored", "longestGaps"]
    )
    func implausible(key: String) throws {
        let kept = try #require(SourceHistory().kept)
        var members = try #require(JSONSerialization.jsonObject(with: Data(kept.utf8)) as? [String: Any])
        #expect(SourceHistory(kept: kept) != nil)
        for number in [-1.0, 1e300, Double(Int.max)] {
            members[key] = key == "longestGaps" ? [number] : number
            let text = String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
            #expect(SourceHistory(kept: text) == nil, "\(text)")
        }
    }

    @Test("most of an hour is refused, or a few, or all of the hour before")
    func refusals() {
        var window = RefusalWindow()
        window.add(after: 10, refused: 4, taken: 0)
        #expect(!window.isMostRefused)
        window.add(after: 10, refused: 4, taken: 4)
        // It may have been anybody.
        #expect(!window.isMostRefused)
        window.add(after: 600, refused: 1, taken: 0)
        #expect(window.isMostRefused)
        window.add(after: 10, refused: 0, taken: 5)
        #expect(!window.isMostRefused)
        window.add(after: 3_600, refused: 0, taken: 0)
        #expect(window == RefusalWindow())
    }

    @Test("counts of this process are added once to those of all, and known before they are written")
    func watch() throws {
        func local(_ deliveries: Int) -> [SourceRecord] {
            [
                SourceRecord(
                    source: "a",
                    counts: SourceCounts(deliveries: deliveries, fruitful: deliveries),
                    lastDeliveryAt: nil,
                    history: nil
                )
            ]
        }
        var watch = SourceWatch()
        let kept = SourceRecord(source: "a", counts: SourceCounts(deliveries: 7), lastDeliveryAt: nil, history: nil)
        watch.begin(with: [kept], quarantined: ["a": 2])
        watch.watch(for: 10, local(3), quarantined: ["a": 2], configured: ["a"])
        #expect(watch.histories?["a"]?.seenDeliveries == 10)
        let first = watch.unwritten(local(3))
        #expect(first.map(\.counts.deliveries) == [3] && first.first?.history != nil)
        // It fails, and is tried again after more has come.
        watch.watch(for: 10, local(4), quarantined: ["a": 2], configured: ["a"])
        let second = watch.unwritten(local(4))
        #expect(second.map(\.counts.deliveries) == [4])
        var after = kept
        after.counts = SourceCounts(deliveries: 11, fruitful: 4)
        watch.note([after], written: local(4))
        #expect(watch.unwritten(local(4)).isEmpty)
        watch.watch(for: 10, local(4), quarantined: ["a": 2], configured: ["a"])
        #expect(watch.histories?["a"]?.seenDeliveries == 11)
        #expect(watch.unwritten(local(4)).isEmpty)
        // Nothing but time passes: it is written now and then, and at the end.
        #expect(watch.unwritten(local(4), isLast: true).count == 1)
        for _ in 0..<60 { watch.watch(for: 10, local(4), quarantined: nil, configured: ["a"]) }
        #expect(watch.unwritten(local(4)).count == 1)
        #expect(watch.figures(configured: []).first?.history.isQuarantineGrowing == false)
    }
}
