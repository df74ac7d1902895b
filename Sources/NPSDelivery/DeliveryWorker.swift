package import Foundation
package import Logging
package import Metrics
package import NPSQueue
package import PlanhatAPI
import ServiceLifecycle
import Synchronization

/// # NPSDelivery
///
/// The way out: takes what is queued and delivers it to Planhat, each response effectively once, in the order in which
/// it falls due.
///
/// What to do next is decided by ``DeliveryPlan``, a value; ``DeliveryWorker`` only does it. How an answer is to be
/// understood is in `PlanhatSender` and `ErrorAttribution`, which know the client's words.
package final class DeliveryWorker: Service, Sendable {
    package struct Configuration: Sendable, Hashable {
        package var plan: DeliveryPlan.Configuration
        /// How long a stop waits for the request in flight. What has no answer by then is asked about again, by upsert,
        /// after the next start.
        package var patience: Duration = .seconds(8)

        package init(requestsPerMinute: Int = 150, batchSize: Int = 100) {
            plan = DeliveryPlan.Configuration(requestsPerMinute: requestsPerMinute, batchSize: batchSize)
        }
    }

    let queue: ResponseQueue
    let sender: PlanhatSender
    let configuration: Configuration
    let clock: DeliveryClock
    let logger: Logger
    let metrics: DeliveryMetrics
    private let fraction: @Sendable () -> Double
    private let current = Mutex(DeliveryStatus.idle(until: nil))
    private let throughput = Mutex(Throughput())
    private let sharedUntil = Mutex(Date.distantPast)

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
        self.configuration = configuration
        self.clock = clock
        self.fraction = fraction
        self.metrics = DeliveryMetrics(factory: metrics)
        self.logger = logger
    }

    /// How forwarding is now; may be read from anywhere.
    package var status: DeliveryStatus { current.withLock { $0 } }

    /// How fast it goes; may be read from anywhere.
    package var progress: Throughput.Progress { throughput.withLock { $0.progress(at: clock.now()) } }

    func count(delivered number: Int) {
        throughput.withLock { $0.add(number, at: clock.now()) }
    }

    /// Leaves half of the requests a minute to somebody else for so many seconds from now, an hour at most; 0 takes
    /// them back.
    package func share(forSeconds seconds: TimeInterval) {
        let until = clock.now().addingTimeInterval(min(max(seconds, 0), 3_600))
        sharedUntil.withLock { $0 = until }
    }

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
                await forward(until: signal)
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

    private func forward(until signal: WakeSignal) async {
        var plan = DeliveryPlan(configuration: configuration.plan, fraction: fraction)
        var wakes = signal.stream.makeAsyncIterator()
        while !signal.isStopping, !Task.isCancelled {
            plan.share(clock.now() < sharedUntil.withLock { $0 })
            let step = plan.next(at: clock.now())
            note(plan.status)
            if case .wait(let date) = step {
                let silence = date.map { clock.alarm($0, signal.ring) }
                await wakes.next()
                silence?()
                plan.woke()
            } else {
                guard await perform(step, &plan) else { break }
            }
        }
        await end(&plan)
    }

    /// Told once for each change.
    private func note(_ status: DeliveryStatus) {
        let old = current.withLock { current in
            defer { current = status }
            return current
        }
        metrics.note(isPaused: status.isPaused)
        switch (old, status) {
        case (.paused(let before, _), .paused(let sentence, _)) where before == sentence: break
        case (_, .paused(let sentence, _)):
            logger.error("delivery is paused", metadata: ["reason": "\(sentence)"])
        case (.backingOff, .backingOff): break
        case (_, .backingOff(_, let reason)):
            logger.warning("delivery waits and goes on by itself", metadata: ["reason": "\(reason)"])
        case (.paused, _), (.backingOff, _):
            logger.info("delivery goes on")
        case (.idle, _), (.forwarding, _): break
        }
    }
}

extension DeliveryStatus {
    fileprivate var isPaused: Bool {
        if case .paused = self { true } else { false }
    }
}
