import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Alerts in the database")
struct KeptAlertsTests {
    private static let now = Date(timeIntervalSince1970: 1_700_000_000)

    private func alert(_ name: String, collector: String = "", source: String = "") -> KeptAlert {
        let key = AlertKey(name, collector: collector, source: source)
        return KeptAlert(key: key, incident: "incident", since: Self.now, toldAt: nil)
    }

    private func message(_ id: String, _ place: Int64, collector: String = "") -> KeptMessage {
        KeptMessage(
            id: id,
            key: AlertKey("NPSDiskLow", collector: collector),
            place: place,
            event: "began",
            data: "{\"a\":\"ä\"}",
            createdAt: Self.now
        )
    }

    @Test(
        "what is written is there after the next start, and writing it again changes nothing",
        arguments: Engine.allCases
    )
    func roundTrip(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        var told = alert("NPSQuarantineGrowing", source: "typeform")
        told.toldAt = Self.now.addingTimeInterval(3)
        let changes = AlertChanges(
            alerts: [alert("NPSDiskLow", collector: "one"), told],
            messages: [message("b", 2), message("a", 1, collector: "one")]
        )
        for _ in 0..<2 {
            let isSaved = try await fixture.withQueue { queue in try await queue.save(changes, isForAll: true) }
            #expect(isSaved)
        }
        try await fixture.withQueue { queue in
            let all = try await queue.keptAlerts(of: nil)
            #expect(Set(all.alerts) == Set(changes.alerts))
            #expect(all.messages == [message("a", 1, collector: "one"), message("b", 2)])
            #expect(try await queue.keptAlerts(of: [""]).messages.map(\.id) == ["b"])
            #expect(try await queue.keptAlerts(of: ["one"]).alerts.map(\.key.alert) == ["NPSDiskLow"])
            var changed = told
            changed.toldAt = nil
            let end = AlertChanges(
                alerts: [changed],
                ended: [AlertKey("NPSDiskLow", collector: "one"), AlertKey("NPSUnknown")],
                settled: ["b", "unknown"]
            )
            #expect(try await queue.save(end, isForAll: false))
            let rest = try await queue.keptAlerts(of: nil)
            #expect(rest.alerts == [changed] && rest.messages.map(\.id) == ["a"])
        }
    }

    @Test("of several that know a message, one sends it at a time", arguments: Engine.allCases)
    func claims(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.save(AlertChanges(messages: [message("a", 1)]), isForAll: true)
            let until = Self.now.addingTimeInterval(20)
            let known = message("a", 1)
            #expect(try await queue.claim(known, until: until, isForAll: true) == .ours)
            let kept = try #require(try await queue.keptAlerts(of: nil).messages.first)
            #expect(kept == known.claimed(1, until: until))
            #expect(try await queue.claim(known, until: until, isForAll: true) == .known(kept))
            #expect(try await queue.claim(kept, until: until, isForAll: false) == .ours)
            // Written again, it stays as it is.
            _ = try await queue.save(AlertChanges(messages: [known]), isForAll: true)
            #expect(try await queue.keptAlerts(of: nil).messages.first?.attempts == 2)
            #expect(try await queue.claim(message("gone", 2), until: until, isForAll: false) == .gone)
        }
    }

    @Test("counts of sources add up, and histories stay until somebody writes others", arguments: Engine.allCases)
    func sources(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        func record(_ source: String, _ count: Int, at seconds: TimeInterval?, _ history: String?) -> SourceRecord {
            SourceRecord(
                source: source,
                counts: SourceCounts(
                    deliveries: count,
                    fruitful: count + 1,
                    ignored: count + 2,
                    refused: count + 3,
                    withoutRoom: count + 4
                ),
                lastDeliveryAt: seconds.map { Self.now.addingTimeInterval($0) },
                history: history
            )
        }
        try await fixture.withQueue { queue in
            #expect(try await queue.record([]) == [])
            _ = try await queue.record([record("b", 1, at: nil, nil), record("a", 1, at: 5, "h")])
            _ = try await queue.record([record("a", 10, at: 3, nil), record("b", 1, at: 4, "other")])
            let kept = try await queue.record([record("a", 0, at: nil, nil)])
            #expect(kept == (try await queue.sourceRecords()))
            #expect(kept.map(\.source) == ["a", "b"])
            #expect(kept.map(\.history) == ["h", "other"])
            #expect(kept.map(\.lastDeliveryAt) == [Self.now.addingTimeInterval(5), Self.now.addingTimeInterval(4)])
            #expect(
                kept[0].counts
                    == SourceCounts(deliveries: 11, fruitful: 14, ignored: 17, refused: 20, withoutRoom: 23)
            )
        }
    }

    @Test("a move takes along what is true of the whole queue, and the sources", arguments: Direction.all)
    func moving(direction: Direction) async throws {
        let fixture = try MoveFixture(direction)
        let source = SourceRecord(
            source: "typeform",
            counts: SourceCounts(deliveries: 3),
            lastDeliveryAt: Self.now,
            history: "{}"
        )
        try await fixture.source.withQueue { queue in
            let alerts = [alert("NPSDeliveryPaused"), alert("NPSDiskLow", collector: "one")]
            let messages = [message("a", 1), message("b", 2, collector: "one")]
            _ = try await queue.save(AlertChanges(alerts: alerts, messages: messages), isForAll: false)
            _ = try await queue.record([source])
        }
        _ = try await fixture.move().run()
        try await fixture.target.withQueue { queue in
            let kept = try await queue.keptAlerts(of: nil)
            #expect(kept == KeptAlerts(alerts: [alert("NPSDeliveryPaused")], messages: [message("a", 1)]))
            #expect(try await queue.sourceRecords() == [source])
        }
    }

    @Test(
        "only the collector that forwards writes what is true of the whole queue",
        .enabled(if: TestCluster.shared != nil)
    )
    func fenced() async throws {
        let fixture = try QueueFixture(.postgres)
        let first = try fixture.open()
        _ = try await first.save(AlertChanges(messages: [message("a", 1)]), isForAll: true)
        // It forwards from its opening on.
        let second = try fixture.open()
        let changes = AlertChanges(alerts: [alert("NPSDeliveryPaused")], settled: ["a"])
        #expect(try await !first.save(changes, isForAll: true))
        let until = Self.now.addingTimeInterval(20)
        #expect(try await first.claim(message("a", 1), until: until, isForAll: true) == .withoutLead)
        #expect(try await second.claim(message("a", 1), until: until, isForAll: true) == .ours)
        // So is what a source usually does, unlike what came.
        let record = SourceRecord(source: "a", counts: SourceCounts(deliveries: 1), lastDeliveryAt: nil, history: "old")
        _ = try await first.record([record])
        #expect(try await second.sourceRecords().map(\.history) == [nil])
        #expect(try await second.record([record]).map(\.history) == ["old"])
        // Its own it writes all the same.
        #expect(try await first.save(AlertChanges(alerts: [alert("NPSDiskLow", collector: "one")]), isForAll: false))
        #expect(try await second.keptAlerts(of: nil).alerts.map(\.key.alert) == ["NPSDiskLow"])
        await first.close()
        await second.close()
    }

    @Test(
        "what a collector left is removed after a week, and not while it is stopped",
        .enabled(if: TestCluster.shared != nil)
    )
    func gone() async throws {
        let fixture = try QueueFixture(.postgres)
        try await fixture.withQueue { queue in
            let alerts = ["", "gone", "there"].map { alert("NPSDiskLow", collector: $0) }
            let messages = [message("a", 1), message("b", 2, collector: "gone"), message("c", 3, collector: "there")]
            _ = try await queue.save(AlertChanges(alerts: alerts, messages: messages), isForAll: false)
            let connection = try fixture.connect()
            try connection.run("INSERT INTO collectors (name, version, stands) VALUES ('there', '1', true)")
            try await queue.removeAlertsOfGoneCollectors()
            #expect(try await queue.keptAlerts(of: nil).alerts.count == 3)
            fixture.clock.move(to: Self.now.addingTimeInterval(8 * 86_400))
            try await queue.removeAlertsOfGoneCollectors()
            let kept = try await queue.keptAlerts(of: nil)
            #expect(Set(kept.alerts.map(\.key.collector)) == ["", "there"])
            #expect(kept.messages.map(\.id) == ["a", "c"])
        }
    }

    @Test("a file that was put back has no alerts, and one that wasn't keeps them")
    func restored() async throws {
        let fixture = try QueueFixture()
        let changes = AlertChanges(alerts: [alert("NPSDiskLow")], messages: [message("a", 1)])
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1)])
            _ = try await queue.save(changes, isForAll: true)
        }
        let backup = fixture.directory.appending(path: "backup.db").path
        try FileManager.default.copyItem(atPath: fixture.path, toPath: backup)
        try await fixture.withQueue { queue in
            #expect(try await queue.keptAlerts(of: nil).alerts.count == 1)
            _ = try await queue.claim(limit: 1)
        }
        try FileManager.default.removeItem(atPath: fixture.path)
        try FileManager.default.copyItem(atPath: backup, toPath: fixture.path)
        for _ in 0..<2 {
            try await fixture.withQueue { queue in
                let (status, kept) = (try await queue.status(), try await queue.keptAlerts(of: nil))
                #expect(status.restoration != nil && kept == KeptAlerts())
            }
        }
    }
}
