package import Foundation
package import Logging
import Metrics
import NPSModel
package import NPSQueue
package import PlanhatAPI
import ServiceLifecycle
import Synchronization

/// Delivers what is queued, one request at a time, until the graceful shutdown; then the request under way is
/// finished and settled, and nothing more is claimed.
package final class Forwarder: Service {
    package struct Configuration: Sendable {
        package var requestsPerMinute: Int
        package var batchSize: Int
        /// Seconds until a response with an unknown outcome is sent again.
        package var ambiguousGrace: TimeInterval = 30
        /// Seconds until a refused token is tried again; doubles up to five minutes.
        package var probeInterval: TimeInterval = 15

        package init(requestsPerMinute: Int, batchSize: Int) {
            self.requestsPerMinute = requestsPerMinute
            self.batchSize = batchSize
        }
    }

    private let queue: ResponseQueue
    private let client: PlanhatClient
    private let configuration: Configuration
    private let now: @Sendable () -> Date
    private let random: @Sendable () -> Double
    private let logger: Logger
    private let shown = Mutex(Condition.forwarding)
    private let wakeups = Wakeups()

    /// - Parameter random: from 0 up to 1.
    package init(
        queue: ResponseQueue,
        client: PlanhatClient,
        configuration: Configuration,
        now: @escaping @Sendable () -> Date = { Date() },
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        logger: Logger
    ) {
        self.queue = queue
        self.client = client
        self.configuration = configuration
        self.now = now
        self.random = random
        self.logger = logger
    }

    /// How forwarding is at this moment.
    package var condition: Condition { shown.withLock { $0 } }

    package func run() async throws {
        let wakeups = wakeups
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [queue] in
                for await _ in queue.arrivals() { wakeups.signal() }
            }
            await withGracefulShutdownHandler {
                await forward()
            } onGracefulShutdown: {
                wakeups.end()
            }
            group.cancelAll()
        }
    }

    private func forward() async {
        var work = Work(
            batch: BatchSize(limit: configuration.batchSize),
            pace: Pace(requestsPerMinute: configuration.requestsPerMinute, now: now())
        )
        wakeups.signal()
        for await _ in wakeups.signals {
            var wait: TimeInterval? = 0
            while wait == 0, !isEnding {
                wait = await step(&work)
                show(work.sink.condition)
            }
            wakeups.wake(after: wait)
        }
    }

    /// What changes from request to request.
    private struct Work {
        var batch: BatchSize
        var pace: Pace
        var sink = SinkState()
    }

    private var isEnding: Bool { Task.isShuttingDownGracefully || Task.isCancelled }

    /// Sends what may be sent now. Returns the seconds to wait: 0 = go on, nil = until something arrives.
    private func step(_ work: inout Work) async -> TimeInterval? {
        guard work.sink.isOpen(at: now()) else {
            return work.sink.notBefore.map { max(0.01, $0.timeIntervalSince(now())) }
        }
        let delay = work.pace.delay(at: now())
        guard delay <= 0 else { return delay }
        do throws(QueueError) {
            // While Planhat refuses, one response is risked to find out whether it still does.
            let limit = work.sink.condition == .forwarding ? work.batch.current : 1
            let claims = try await queue.claim(limit: limit)
            guard !claims.isEmpty else {
                return try await queue.nextDue().map { max(0.01, $0.timeIntervalSince(now())) }
            }
            work.batch.settled(claimed: claims.count)
            try await send(DeliveryPlan.requests(for: claims), &work)
            return 0
        } catch {
            logger.error("the queue failed the forwarder", metadata: ["reason": "\(error)"])
            return 5
        }
    }

    /// One after another. What a closed door or the end leaves unsent goes back untouched.
    private func send(_ plans: [DeliveryPlan], _ work: inout Work) async throws(QueueError) {
        var plans = plans[...]
        while let plan = plans.popFirst() {
            if isEnding || work.sink.notBefore != nil {
                try await queue.release(plan.claims.map(\.response.id))
                continue
            }
            if work.pace.delay(at: now()) > 0, !plans.isEmpty || plan.claims.count == 1 {
                await pause(work.pace.delay(at: now()))
            }
            work.pace.spend(at: now())
            plans += try await send(plan, &work).map { .upsert([$0]) }
        }
    }

    private func pause(_ seconds: TimeInterval) async {
        guard seconds > 0 else { return }
        try? await Task.sleep(for: .seconds(seconds))
    }

    /// Returns what has to be sent again alone.
    private func send(_ plan: DeliveryPlan, _ work: inout Work) async throws(QueueError) -> [Claim] {
        let judgement: Judgement
        let action: Judgement.Action
        do throws(PlanhatError) {
            switch plan {
            case .create(let claim):
                let record = try await client.create(RecordDraft(claim.response))
                judgement = makeJudgement()
                action = .settle([judgement.created(record, claim)])
            case .upsert(let claims):
                let result = try await client.upsert(claims.map { RecordDraft($0.response) })
                judgement = makeJudgement()
                action = judgement.upserted(result, claims)
            }
            count(plan, "answered")
            work.sink.succeeded()
        } catch {
            count(plan, "failed")
            note(error, &work)
            return try await settle(makeJudgement().failed(error, plan.claims), plan)
        }
        return try await settle(action, plan)
    }

    private func makeJudgement() -> Judgement {
        Judgement(ambiguousGrace: configuration.ambiguousGrace, now: now(), random: random)
    }

    private func settle(_ action: Judgement.Action, _ plan: DeliveryPlan) async throws(QueueError) -> [Claim] {
        switch action {
        case .settle(let verdicts) where verdicts.isEmpty:
            try await queue.release(plan.claims.map(\.response.id))
            return []
        case .settle(let verdicts):
            try await persist(verdicts)
            return []
        case .settleAndIsolate(let verdicts, let open):
            try await persist(verdicts)
            return open
        }
    }

    /// A verdict that isn't on disk is lost with the process, so it is tried until the disk takes it.
    private func persist(_ verdicts: [Verdict]) async throws(QueueError) {
        for verdict in verdicts { count(verdict) }
        while true {
            do throws(QueueError) {
                return try await queue.settle(verdicts)
            } catch {
                logger.error("verdicts could not be written", metadata: ["reason": "\(error)"])
                if isEnding { throw error }
                await pause(1)
            }
        }
    }

    private func note(_ error: PlanhatError, _ work: inout Work) {
        switch error.disposition {
        case .retry, .ambiguous: work.sink.failed(error.description, at: now(), random: random())
        case .rateLimited(let seconds): work.sink.rateLimited(seconds, at: now())
        case .paused: work.sink.refused(error.description, probeAfter: configuration.probeInterval, at: now())
        case .rejected:
            if case .rejected(413, _) = error { work.batch.halve() }
        case .invalid: break
        }
    }
}

extension Forwarder {
    /// Says a change of condition once, however often it is confirmed.
    private func show(_ condition: Condition) {
        let before = shown.withLock { shown in
            defer { shown = condition }
            return shown
        }
        Gauge(label: "nps_delivery_paused").record(condition.isPaused ? 1 : 0)
        guard before.kind != condition.kind else { return }
        switch condition {
        case .forwarding: logger.notice("forwarding goes on")
        case .waiting(_, let reason): logger.warning("forwarding waits", metadata: ["reason": "\(reason)"])
        case .paused(let reason): logger.error("forwarding is paused", metadata: ["reason": "\(reason)"])
        }
    }

    private func count(_ plan: DeliveryPlan, _ outcome: String) {
        let operation =
            switch plan {
            case .create: "create"
            case .upsert: "upsert"
            }
        Counter(label: "nps_delivery_requests_total", dimensions: [("operation", operation), ("outcome", outcome)])
            .increment()
    }

    private func count(_ verdict: Verdict) {
        let outcome =
            switch verdict.outcome {
            case .delivered: "delivered"
            case .retry: "retry"
            case .ambiguous: "ambiguous"
            case .park: "parked"
            }
        Counter(label: "nps_delivery_total", dimensions: [("outcome", outcome)]).increment()
    }
}

extension Condition {
    var isPaused: Bool { kind == 2 }

    /// Conditions of one kind differ only in their words.
    fileprivate var kind: Int {
        switch self {
        case .forwarding: 0
        case .waiting: 1
        case .paused: 2
        }
    }
}
