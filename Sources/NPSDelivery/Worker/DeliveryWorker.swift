package import Foundation
package import Logging
package import Metrics
import NPSModel
package import NPSQueue
package import PlanhatAPI
import ServiceLifecycle
import Synchronization

/// # NPSDelivery
///
/// The way out: takes what is queued and delivers it to Planhat, each response effectively once, in the order in which
/// it falls due.
///
/// What to do next is decided by ``DeliveryPlan``, a value; ``DeliveryWorker`` only does it. `PlanhatSender` sends one
/// batch and returns what the client did; what that means for each response is decided by ``OutcomeRules``.
///
/// Responses pass through three folders: `Plan` decides, `Sending` sends a batch and reads the result, `Worker` runs
/// both and tells how it goes. `Verification` compares delivered responses with Planhat's records when a person asks.
package final class DeliveryWorker: Service, Sendable {
    package struct Configuration: Sendable, Hashable {
        package var plan: DeliveryPlan.Configuration
        /// How long a stop waits for the request in flight. If that has no answer by then, it is ambiguous: sent again,
        /// by upsert, after the next start.
        package var patience: Duration = .seconds(8)

        package init(requestsPerMinute: Int = 150, batchSize: Int = 100) {
            plan = DeliveryPlan.Configuration(requestsPerMinute: requestsPerMinute, batchSize: batchSize)
        }
    }

    /// In bytes: what the kernel takes at once, see `SendPermit`, with some room.
    private static let largestSharedBatch = 128 << 10

    private let queue: ResponseQueue
    private let sender: PlanhatSender
    private let configuration: Configuration
    private let clock: DeliveryClock
    private let logger: Logger
    private let metrics: DeliveryMetrics
    private let fraction: @Sendable () -> Double
    private let current = Mutex(DeliveryStatus.idle(until: nil))
    private let currentPause = Mutex<PauseReason?>(nil)
    private let throughput = Mutex(Throughput())
    private let sharedUntil = Mutex(Date.distantPast)
    private let yieldedTurns = Mutex(0)
    /// Since when no request has reached anything that could answer; nil when the last one did.
    private let unreachedSince = Mutex<Date?>(nil)

    /// - Parameters:
    ///   - fraction: random numbers, 0..<1, for the jitter
    ///   - metrics: nil for the system's
    package init(
        queue: ResponseQueue,
        client: PlanhatClient,
        configuration: Configuration = Configuration(),
        clock: DeliveryClock = .system,
        fraction: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        metrics: (any MetricsFactory)? = nil,
        logger: Logger
    ) {
        self.queue = queue
        sender = PlanhatSender(client: client)
        var configuration = configuration
        if queue.isShared {
            configuration.plan.batchBytes = min(configuration.plan.batchBytes, Self.largestSharedBatch)
            // More wouldn't fit, and would be claimed for nothing.
            configuration.plan.batchSize = min(configuration.plan.batchSize, Self.largestSharedBatch / 512)
        }
        self.configuration = configuration
        self.clock = clock
        self.fraction = fraction
        self.metrics = DeliveryMetrics(factory: metrics)
        self.logger = logger
    }

    /// How delivery is now; may be read from anywhere.
    package var status: DeliveryStatus { current.withLock { $0 } }

    /// Why delivery is paused; nil unless it is. May be read from anywhere.
    package var pauseReason: PauseReason? { currentPause.withLock { $0 } }

    /// How fast it goes; may be read from anywhere.
    package var progress: Throughput.Progress { throughput.withLock { $0.progress(at: clock.now()) } }

    /// Leaves half of the requests a minute to somebody else for so many seconds from now, an hour at most; 0 takes
    /// them back.
    package func share(forSeconds seconds: TimeInterval) {
        let until = clock.now().addingTimeInterval(min(max(seconds, 0), 3_600))
        sharedUntil.withLock { $0 = until }
    }

    /// Whether half of the requests are left to another program now.
    package var isSharing: Bool { clock.now() < sharedUntil.withLock { $0 } }

    /// Leaves one of the next turns to whoever sends a request to Planhat from this process now, so that both together
    /// keep to the pace.
    package func yieldTurn() {
        yieldedTurns.withLock { $0 += 1 }
    }

    /// Whether no request has reached Planhat for so long, although some were tried.
    package func isCutOff(for time: Duration) -> Bool {
        guard let since = unreachedSince.withLock({ $0 }) else { return false }
        return clock.now().timeIntervalSince(since) >= time / .seconds(1)
    }

    /// Forgets what ``isCutOff(for:)`` tells: others deliver now.
    package func forgetReach() { unreachedSince.withLock { $0 = nil } }

    /// Delivers until the service group shuts down or the queue is closed. Neither a broken disk nor an unreachable
    /// API ends it.
    package func run() async throws {
        metrics.begin()
        let signal = WakeSignal()
        let arrivals = queue.arrivals()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in arrivals { signal.ring() }
                return false
            }
            group.addTask { [self] in
                await deliver(until: signal)
                return true
            }
            group.addTask { [configuration] in
                try? await gracefulShutdown()
                signal.stop()
                try? await Task.sleep(for: configuration.patience)
                return true
            }
            for await isOver in group where isOver { group.cancelAll() }
        }
    }

    private func deliver(until signal: WakeSignal) async {
        var plan = DeliveryPlan(configuration: configuration.plan, fraction: fraction)
        var wakes = signal.stream.makeAsyncIterator()
        while !signal.isStopping, !Task.isCancelled {
            plan.share(isSharing)
            plan.yield(
                turns: yieldedTurns.withLock { turns in
                    defer { turns = 0 }
                    return turns
                }
            )
            let step = plan.next(at: clock.now())
            note(plan.status, plan.pauseReason)
            if case .wait(let date) = step {
                let silence = clock.alarm(date, signal.ring)
                await wakes.next()
                silence()
                plan.woke()
            } else {
                guard await perform(step, &plan) else { break }
            }
        }
        await end(&plan)
    }

    private func note(_ status: DeliveryStatus, _ reason: PauseReason?) {
        currentPause.withLock { $0 = reason }
        let former = current.withLock { current in
            defer { current = status }
            return current
        }
        metrics.note(isPaused: status.isPaused)
        status.log(after: former, to: logger)
    }
}

extension DeliveryWorker {
    /// Does one step of the plan and tells it how that went. False when the queue is closed.
    private func perform(_ step: DeliveryPlan.Step, _ plan: inout DeliveryPlan) async -> Bool {
        do throws(QueueError) {
            switch step {
            case .wait: break
            case .claim(let limit, let order):
                let claims = try await queue.claim(limit: limit, order: order)
                let nextDue = claims.isEmpty ? try await queue.nextDue() : nil
                plan.found(claims, nextDue: nextDue, at: clock.now())
            case .send(let batch):
                switch queue.leave(toSend: batch.claims) {
                case .given(let permit): await send(batch, permit, &plan)
                case .suspended:
                    plan.kept(batch)
                    throw QueueError.database("it hasn't confirmed for some seconds that this collector forwards")
                case .lost: try await drop(batch, &plan)
                }
            case .settle(let settlement):
                try await settle(settlement)
                plan.settled()
            }
            return true
        } catch {
            if case .closed = error { return false }
            if plan.queueFailed(at: clock.now()) {
                logger.error("the queue can't be used; delivery waits for it", metadata: ["reason": "\(error)"])
            }
            return true
        }
    }

    /// Another collector forwards, or this one anew; what it has claimed since is given back.
    private func drop(_ batch: Batch, _ plan: inout DeliveryPlan) async throws(QueueError) {
        forgetReach()
        plan.kept(batch)
        let ids = plan.readyIDs
        logger.notice("claims are another collector's now", metadata: ["dropped": "\(ids.count)"])
        try await queue.release(ids)
        plan.lostClaims()
    }

    private func send(_ batch: Batch, _ permit: ForwardingPermit?, _ plan: inout DeliveryPlan) async {
        let start = ContinuousClock.now
        let trace = batch.trace
        let reply = await sender.send(batch, permit.map(SendPermit.init), trace: trace)
        permit?.didEnd()
        // Cut off by the stop: whether it arrived is for the next start to find out.
        guard !Task.isCancelled else { return }
        noteReach(reply.result)
        metrics.count(batch.operation, status: reply.status, took: ContinuousClock.now - start)
        follow(batch, in: trace, status: reply.status)
        let counts = plan.answered(reply.result, to: batch, quota: reply.quota, at: clock.now())
        metrics.count(counts)
        throughput.withLock { $0.add(counts.delivered, at: clock.now()) }
        for verdict in counts.parked {
            guard case .park(let reason, _) = verdict.outcome else { continue }
            logger.warning("response parked", metadata: ["id": "\(verdict.id)", "reason": "\(reason)"])
        }
        for id in counts.unlinked {
            logger.info("delivered, but Planhat linked it to no contact and no company", metadata: ["id": "\(id)"])
        }
    }

    /// Says of each response that somebody traces in which request it went out.
    private func follow(_ batch: Batch, in trace: TraceContext, status: String) {
        for claim in batch.claims {
            guard let own = claim.trace else { continue }
            var metadata: Logger.Metadata = [
                "id": "\(claim.response.id)", "operation": "\(batch.operation.rawValue)", "status": "\(status)",
                "trace": "\(own.traceID)",
            ]
            // Several responses go in one request, which has a trace of its own.
            if own.traceID != trace.traceID { metadata["request-trace"] = "\(trace.traceID)" }
            logger.info("sent to Planhat", metadata: metadata)
        }
    }

    private func noteReach(_ result: SendResult) {
        // It says nothing about Planhat.
        if result == .failed(.heldBack) { return }
        let isUnreached = if case .failed(.notSent) = result { true } else { false }
        unreachedSince.withLock { since in since = isUnreached ? since ?? clock.now() : nil }
    }

    private func settle(_ settlement: Settlement) async throws(QueueError) {
        if !settlement.verdicts.isEmpty { try await queue.settle(settlement.verdicts) }
        if !settlement.releases.isEmpty { try await queue.release(settlement.releases) }
        for parked in settlement.takenBack { _ = try await queue.retry(parked.ids, due: parked.due) }
    }

    /// Leaves nothing claimed but what may be in flight.
    private func end(_ plan: inout DeliveryPlan) async {
        do throws(QueueError) {
            try await settle(plan.end(at: clock.now()))
        } catch {
            logger.warning("the queue could not store the last results", metadata: ["reason": "\(error)"])
        }
    }
}

/// Wakes the worker: an arrival, an alarm or a stop. Several wakes while it works count as one.
private final class WakeSignal: Sendable {
    let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let stopping = Mutex(false)

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func ring() {
        continuation.yield()
    }

    /// Wakes it to end.
    func stop() {
        stopping.withLock { $0 = true }
        ring()
    }

    var isStopping: Bool { stopping.withLock { $0 } }
}
