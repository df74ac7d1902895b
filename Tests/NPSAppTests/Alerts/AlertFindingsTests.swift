import Foundation
import NPSQueue
import Testing

@testable import NPSApp

@Suite("What follows from figures")
struct AlertFindingsTests {
    private static let now = Date(timeIntervalSince1970: 1_700_000_000)

    private func finding(
        _ kind: AlertKind,
        source: String = "",
        _ change: (inout AlertFigures) -> Void
    ) -> AlertFinding? {
        var figures = AlertFigures()
        change(&figures)
        let collector = kind.terms.isOfCollector ? "one" : ""
        let key = AlertKey(kind.rawValue, collector: collector, source: source)
        return AlertFindings(figures, of: "one", at: Self.now).findings[key]
    }

    private func holds(_ finding: AlertFinding?) -> Bool? {
        switch finding {
        case .holds: true
        case .over: false
        case .undecided, nil: nil
        }
    }

    @Test(
        "a disk is low below four reserves, and isn't any more above five",
        arguments: [(199, true), (200, nil), (249, nil), (250, false)] as [(Int64, Bool?)]
    )
    func disk(free: Int64, isLow: Bool?) {
        #expect(holds(finding(.diskLow) { $0.disk = AlertFigures.Disk(free: free, reserve: 50) }) == isLow)
    }

    @Test("no reserve overflows")
    func largest() {
        #expect(holds(finding(.diskLow) { $0.disk = AlertFigures.Disk(free: .max, reserve: .max) }) == true)
        #expect(holds(finding(.diskLow) { $0.disk = AlertFigures.Disk(free: .max, reserve: 0) }) == false)
    }

    @Test(
        "a certificate is told of two weeks before its end, and again two days before",
        arguments: [(15, false, false), (13, true, false), (1, nil, true), (-1, nil, true)] as [(Int, Bool?, Bool?)]
    )
    func certificate(days: Int, isExpiring: Bool?, ends: Bool?) {
        func end(_ figures: inout AlertFigures) { figures.certificateEnd = Self.now + TimeInterval(days * 86_400) }
        #expect(holds(finding(.certificateExpiring, end)) == isExpiring)
        #expect(holds(finding(.certificateEnds, end)) == ends)
    }

    @Test("a backlog is old after an hour")
    func backlog() {
        for (seconds, isOld) in [(3_600, false), (3_601, true)] {
            let finding = finding(.backlogOld) { figures in
                figures.queue = AlertFigures.Queue(books: AlertFigures.Books(oldestPendingSeconds: seconds))
            }
            #expect(holds(finding) == isOld)
        }
    }

    @Test("what nobody knows says nothing")
    func unknown() {
        let findings = AlertFindings(AlertFigures(), of: "one", at: Self.now).findings
        let known = findings.filter { $0.value != .undecided }.map(\.key.alert).sorted()
        #expect(
            known == [
                "NPSCertificateEnds", "NPSCertificateExpiring", "NPSLogLinesDropped", "NPSUnreplicatedPromotion",
            ]
        )
        #expect(findings.values.allSatisfy { holds($0) != true })
    }

    @Test("a collector that doesn't forward says nothing of the whole queue")
    func machine() {
        let findings = AlertFindings(AlertFigures(), of: "one", at: Self.now).findings
        #expect(findings.keys.allSatisfy { $0.collector == "one" })
    }

    @Test("by a clock that isn't believed nothing has ended, and nothing is old")
    func clock() {
        var figures = AlertFigures(certificateEnd: Self.now - 1, isClockBelieved: false)
        figures.queue = AlertFigures.Queue(books: AlertFigures.Books(oldestPendingSeconds: 10_000, parkedExpiring: 3))
        let findings = AlertFindings(figures, of: "one", at: Self.now).findings
        #expect(findings.filter { holds($0.value) == true }.map(\.key.alert) == ["NPSClockNotBelieved"])
    }

    @Test("a restored file is told of for a day")
    func restored() {
        for (hours, isTold) in [(0, true), (23, true), (25, false)] {
            let finding = finding(.queueRestored) { figures in
                let restoredAt = Self.now.addingTimeInterval(TimeInterval(-3_600 * hours))
                figures.queue = AlertFigures.Queue(books: AlertFigures.Books(restoredAt: restoredAt))
            }
            #expect(holds(finding) == isTold)
        }
    }

    @Test(
        "every alert can be found, and each that holds has a sentence without anything else's name",
        arguments: AlertKind.allCases
    )
    func sentences(kind: AlertKind) {
        let sentences = AlertSentences(
            kind,
            source: "typeform",
            collector: "one",
            AlertDetail(count: 3, reason: "token", duration: 100_000, usual: 50_000)
        )
        for sentence in [sentences.holds, sentences.advice, sentences.ended] {
            #expect(sentence.hasSuffix(".") && sentence.count < 200 && !sentence.contains("@"))
        }
    }

    @Test("a source that isn't in the settings any more is silent without an alert")
    func removed() {
        var history = SourceHistory()
        var counts = SourceCounts()
        for _ in 0..<10 {
            counts = counts + SourceCounts(deliveries: 1)
            history.watch(for: 0, counts, quarantined: nil)
            history.watch(for: 86_400, counts, quarantined: nil)
        }
        history.watch(for: 30 * 86_400, counts, quarantined: nil)
        for isConfigured in [true, false] {
            let finding = finding(.sourceSilent, source: "a") { figures in
                let source = AlertFigures.Source(label: "a", isConfigured: isConfigured, history: history)
                figures.queue = AlertFigures.Queue(sources: [source])
            }
            #expect(holds(finding) == isConfigured)
        }
    }

    @Test("where nobody forwards, the first by name of those that are there tells it")
    func nobody() throws {
        func collector(_ name: String, _ seconds: TimeInterval) throws -> Leadership.Collector {
            let seen = Self.now.timeIntervalSinceReferenceDate - seconds
            let json = #"{"name": "\#(name)", "version": "1", "startedAt": 0, "seenAt": \#(seen)}"#
            return try JSONDecoder().decode(Leadership.Collector.self, from: Data(json.utf8))
        }
        let all = [try collector("gone", 600), try collector("one", 3), try collector("two", 0)]
        for (leader, own, isTold) in [
            (nil, "one", true), (nil, "two", nil), ("two", "one", false),
        ] as [(String?, String, Bool?)] {
            var reading = AlertReading()
            (reading.isShared, reading.isForwarding) = (true, false)
            #expect(reading.figures(after: nil, of: own, SourceWatch()).isForwardedByNobody == nil)
            var status = try QueueStatus.empty
            status.leadership = Leadership(name: leader, since: nil, collectors: all)
            reading.status = status
            #expect(reading.figures(after: nil, of: own, SourceWatch()).isForwardedByNobody == isTold)
        }
    }
}

extension QueueStatus {
    /// Of an empty queue.
    static var empty: QueueStatus {
        get throws {
            let keys = [
                "accepted", "pending", "sending", "delivered", "parked", "erased", "quarantined",
                "oldestPendingSeconds",
            ]
            let json = try JSONEncoder().encode(Dictionary(uniqueKeysWithValues: keys.map { ($0, 0) }))
            return try JSONDecoder().decode(QueueStatus.self, from: json)
        }
    }
}
