import Foundation
import Logging
import NPSQueue
import NPSWebhooks
import Synchronization
import TestSupport
import Testing

@testable import NPSApp

@Suite("Alerts that go out")
struct AlertServiceTests {
    /// What the test says that the collector reads, what a receiver gets and how it answers.
    private final class Scene: Sendable {
        struct State {
            var reading = AlertReading()
            var outcome = AlertOutcome.delivered
            var posts: [String] = []
            var ids: [String] = []
            var madeIDs = 0
        }

        let clock = TestClock()
        let logs = RecordedLogs(level: .notice)
        private let state = Mutex(State())

        init() throws {
            let status = try QueueStatus.empty
            change { $0.reading.status = status }
        }

        var posts: [String] { state.withLock(\.posts) }
        var ids: [String] { state.withLock(\.ids) }

        func change(_ edit: (inout State) -> Void) { state.withLock { edit(&$0) } }

        func pause(_ reason: String?) {
            change { $0.reading.delivery = reason.map { .paused(reason: $0) } ?? .works }
        }

        func receive(_ request: AlertRequest) -> AlertOutcome {
            state.withLock { state in
                let body = (try? JSONSerialization.jsonObject(with: Data(request.body))) as? [String: Any]
                let data = body?["data"] as? [String: Any]
                let text = "\(data?["alert"] ?? "-") \(body?["type"] ?? "-")"
                if state.outcome == .delivered {
                    state.posts.append(text)
                    state.ids += request.headers.filter { $0.name == "webhook-id" }.map(\.value)
                }
                return state.outcome
            }
        }

        func service(_ queue: ResponseQueue, isTelling: Bool = true) throws -> AlertService {
            let signer = try #require(StandardSigner(secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"))
            return AlertService(
                queue: queue,
                receiver: isTelling ? AlertReceiver(url: "https://example.com/secret-path", signer: signer) : nil,
                collector: "one",
                read: { self.state.withLock(\.reading) },
                activity: { self.state.withLock(\.reading.local) },
                post: { request, _ in self.receive(request) },
                active: ActiveAlerts(),
                logger: logs.logger,
                metrics: AlertMetrics(factory: RecordedMetrics()),
                now: { self.clock.now },
                uptime: { self.clock.instant },
                sleep: { _ in throw CancellationError() },
                fraction: { 0.5 },
                newID: {
                    self.state.withLock { state in
                        state.madeIDs += 1
                        return "id-\(state.madeIDs)"
                    }
                }
            )
        }

        /// So many rounds, ten seconds apart.
        func rounds(_ count: Int, _ service: AlertService, _ course: inout AlertCourse) async {
            for _ in 0..<count {
                clock.advance(by: 10)
                await service.round(&course)
            }
        }
    }

    private func withQueue(
        _ path: String,
        _ scene: Scene,
        _ body: (ResponseQueue) async throws -> Void
    ) async throws {
        var configuration = ResponseQueue.Configuration(path: path)
        configuration.diskReserve = 0
        let queue = try ResponseQueue(configuration: configuration, now: { scene.clock.now }, logger: .silent)
        do {
            try await body(queue)
        } catch {
            await queue.close()
            throw error
        }
        await queue.close()
    }

    private static func course() -> AlertCourse { AlertCourse(collector: "one", isShared: false) }

    @Test("what begins and ends is posted once each, also over restarts, and nothing is left", .hangGuard)
    func once() async throws {
        let directory = try TemporaryDirectory()
        let (path, scene) = (directory.path("queue.db"), try Scene())
        scene.pause("token")
        for _ in 0..<3 {
            try await withQueue(path, scene) { queue in
                var course = Self.course()
                await scene.rounds(5, try scene.service(queue), &course)
            }
        }
        #expect(scene.posts == ["NPSDeliveryPaused alert.began"])
        scene.pause(nil)
        for _ in 0..<3 {
            try await withQueue(path, scene) { queue in
                var course = Self.course()
                await scene.rounds(4, try scene.service(queue), &course)
                #expect(try await queue.keptAlerts(of: nil) == KeptAlerts())
            }
        }
        #expect(scene.posts == ["NPSDeliveryPaused alert.began", "NPSDeliveryPaused alert.ended"])
        #expect(Set(scene.ids).count == 2)
    }

    @Test("while the receiver is away messages wait, in their order and over a restart", .hangGuard)
    func away() async throws {
        let directory = try TemporaryDirectory()
        let (path, scene) = (directory.path("queue.db"), try Scene())
        scene.pause("token")
        scene.change { $0.outcome = .failed(.unreachable) }
        try await withQueue(path, scene) { queue in
            var course = Self.course()
            await scene.rounds(60, try scene.service(queue), &course)
            scene.pause(nil)
            await scene.rounds(6, try scene.service(queue), &course)
            #expect(try await queue.keptAlerts(of: nil).messages.map(\.event) == ["began", "ended"])
        }
        #expect(scene.posts == [])
        #expect(scene.logs.lines.count { $0.contains("can't be delivered") } == 1)
        #expect(!scene.logs.lines.contains { $0.contains("secret-path") || $0.contains("example.com") })
        scene.change { $0.outcome = .delivered }
        try await withQueue(path, scene) { queue in
            var course = Self.course()
            await scene.rounds(4, try scene.service(queue), &course)
        }
        #expect(scene.posts == ["NPSDeliveryPaused alert.began", "NPSDeliveryPaused alert.ended"])
    }

    @Test("what was posted and not noted, as when it was killed, comes again under the same id", .hangGuard)
    func killed() async throws {
        let directory = try TemporaryDirectory()
        let (path, scene) = (directory.path("queue.db"), try Scene())
        scene.pause("token")
        var left: [KeptMessage] = []
        try await withQueue(path, scene) { queue in
            var course = Self.course()
            scene.change { $0.outcome = .failed(.late) }
            await scene.rounds(1, try scene.service(queue), &course)
            left = try await queue.keptAlerts(of: nil).messages
        }
        #expect(left.count == 1 && left.first?.attempts == 1 && left.first?.claimedUntil != nil)
        scene.change { $0.outcome = .delivered }
        try await withQueue(path, scene) { queue in
            var course = Self.course()
            // It may still be under way.
            await scene.rounds(1, try scene.service(queue), &course)
            #expect(scene.ids == [])
            await scene.rounds(2, try scene.service(queue), &course)
        }
        #expect(scene.ids == left.map(\.id))
    }

    @Test("a collector's own alert goes out although the database can't be written", .hangGuard)
    func unwritable() async throws {
        let directory = try TemporaryDirectory()
        let scene = try Scene()
        scene.change { $0.reading.acceptance = .fails(.diskFull) }
        try await withQueue(directory.path("queue.db"), scene) { queue in
            let service = try scene.service(queue)
            var course = Self.course()
            await scene.rounds(1, service, &course)
            await queue.close()
            await scene.rounds(10, service, &course)
            #expect(scene.posts == ["NPSNotAccepting alert.began"])
            scene.change { $0.reading.acceptance = .works }
            await scene.rounds(10, service, &course)
            #expect(scene.posts == ["NPSNotAccepting alert.began", "NPSNotAccepting alert.ended"])
        }
    }

    @Test("without a receiver nothing is posted or kept, and it is shown what holds", .hangGuard)
    func nobody() async throws {
        let directory = try TemporaryDirectory()
        let scene = try Scene()
        scene.pause("token")
        try await withQueue(directory.path("queue.db"), scene) { queue in
            let service = try scene.service(queue, isTelling: false)
            var course = Self.course()
            await scene.rounds(5, service, &course)
            #expect(service.active.keys.map(\.alert) == ["NPSDeliveryPaused"])
            #expect(try await queue.keptAlerts(of: nil).messages == [])
        }
        #expect(scene.posts == [])
    }

    @Test("a source that is silent stays so over a restart, and is told of once", .hangGuard)
    func silent() async throws {
        let directory = try TemporaryDirectory()
        let (path, scene) = (directory.path("queue.db"), try Scene())
        var history = SourceHistory()
        var counts = SourceCounts()
        for _ in 0..<(24 * 8) {
            counts = counts + SourceCounts(deliveries: 1, fruitful: 1)
            history.watch(for: 0, counts, quarantined: nil)
            history.watch(for: 3_600, counts, quarantined: nil)
        }
        history.watch(for: 30 * 3_600, counts, quarantined: nil)
        let record = SourceRecord(source: "typeform", counts: counts, lastDeliveryAt: nil, history: history.kept)
        scene.change { $0.reading.configured = ["typeform"] }
        for round in 0..<3 {
            try await withQueue(path, scene) { queue in
                if round == 0 { _ = try await queue.record([record]) }
                var course = Self.course()
                await scene.rounds(4, try scene.service(queue), &course)
            }
        }
        #expect(scene.posts == ["NPSSourceSilent alert.began"])
        let new = SourceRecord(
            source: "typeform",
            counts: SourceCounts(deliveries: 1, fruitful: 1),
            lastDeliveryAt: scene.clock.now,
            history: nil
        )
        scene.change { $0.reading.local = [new] }
        try await withQueue(path, scene) { queue in
            var course = Self.course()
            await scene.rounds(4, try scene.service(queue), &course)
            let kept = try await queue.sourceRecords()
            #expect(kept.map(\.counts.deliveries) == [counts.deliveries + 1])
            #expect(kept.first?.lastDeliveryAt != nil)
        }
        #expect(scene.posts == ["NPSSourceSilent alert.began", "NPSSourceSilent alert.ended"])
    }

    @Test("that a file was put back is told once, whatever the clock said then", .hangGuard, arguments: [-1.0, 1])
    func restored(years: Double) async throws {
        let directory = try TemporaryDirectory()
        let (path, scene) = (directory.path("queue.db"), try Scene())
        scene.change { state in
            state.reading.status?.restoration = Restoration(foundAt: scene.clock.now + years * 365 * 86_400)
            state.outcome = .failed(.unreachable)
        }
        scene.pause("token")
        for _ in 0..<3 {
            try await withQueue(path, scene) { queue in
                var course = Self.course()
                await scene.rounds(2, try scene.service(queue), &course)
            }
        }
        scene.change { $0.outcome = .delivered }
        try await withQueue(path, scene) { queue in
            var course = Self.course()
            await scene.rounds(4, try scene.service(queue), &course)
        }
        #expect(scene.posts == ["NPSDeliveryPaused alert.began"])
    }

    @Test("what was sent without being claimed is sent again all the same", .hangGuard)
    func troubled() async throws {
        let directory = try TemporaryDirectory()
        let scene = try Scene()
        scene.pause("token")
        try await withQueue(directory.path("queue.db"), scene) { queue in
            let service = try scene.service(queue)
            var course = Self.course()
            scene.change { $0.outcome = .failed(.unreachable) }
            await scene.rounds(1, service, &course)
            course.lastTrouble = service.uptime()
            await scene.rounds(3, service, &course)
            scene.change { $0.outcome = .delivered }
            await scene.rounds(12, service, &course)
            #expect(scene.posts == ["NPSDeliveryPaused alert.began"])
            #expect(try await queue.keptAlerts(of: nil).messages == [])
        }
    }

    @Test("one that reads for long is stopped at once", .hangGuard)
    func stopped() async throws {
        let directory = try TemporaryDirectory()
        let scene = try Scene()
        try await withQueue(directory.path("queue.db"), scene) { queue in
            let (reads, reading) = AsyncStream.makeStream(of: Void.self)
            let (never, end) = AsyncStream.makeStream(of: Void.self)
            let service = AlertService(
                queue: queue,
                receiver: nil,
                collector: "one",
                read: {
                    reading.yield()
                    for await _ in never { break }
                    return AlertReading()
                },
                activity: { [] },
                post: { _, _ in .delivered },
                active: ActiveAlerts(),
                logger: .silent,
                metrics: AlertMetrics(factory: RecordedMetrics())
            )
            try await withService(service) { _ in
                for await _ in reads { break }
            }
            end.finish()
        }
    }

    @Test("a file that was under another name belongs to whoever has it", .hangGuard)
    func renamed() async throws {
        let directory = try TemporaryDirectory()
        let scene = try Scene()
        scene.change { $0.reading.acceptance = .works }
        try await withQueue(directory.path("queue.db"), scene) { queue in
            let key = AlertKey(AlertKind.notAccepting.rawValue, collector: "former")
            let alert = KeptAlert(key: key, incident: "x", since: scene.clock.now, toldAt: scene.clock.now)
            _ = try await queue.save(AlertChanges(alerts: [alert]), isForAll: false)
            var course = Self.course()
            await scene.rounds(5, try scene.service(queue), &course)
            #expect(try await queue.keptAlerts(of: nil) == KeptAlerts())
        }
        #expect(scene.posts == ["NPSNotAccepting alert.ended"])
    }

    @Test("a message that no version of this program kept isn't posted, and doesn't stay", .hangGuard)
    func unreadable() async throws {
        let directory = try TemporaryDirectory()
        let scene = try Scene()
        try await withQueue(directory.path("queue.db"), scene) { queue in
            let key = AlertKey("NPSOfTheFuture")
            let message = KeptMessage(
                id: "a",
                key: key,
                place: 7,
                event: "began",
                data: "?",
                createdAt: scene.clock.now
            )
            _ = try await queue.save(AlertChanges(messages: [message]), isForAll: false)
            var course = Self.course()
            await scene.rounds(3, try scene.service(queue), &course)
            #expect(try await queue.keptAlerts(of: nil).messages == [])
        }
        #expect(scene.posts == [])
    }
}
