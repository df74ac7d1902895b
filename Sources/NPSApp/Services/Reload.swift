import ServiceLifecycle
import UnixSignals

/// At each SIGHUP, brings into force what can be renewed while the collector runs, and tells the service manager when that
/// begins and when it is done.
struct Reload<Signals: AsyncSequence<UnixSignal, Never> & Sendable>: Service {
    let signals: Signals
    let notifier: ServiceNotifier
    /// One after the other. What fails is in the log, and what was in force stays.
    let renewals: [@Sendable () async -> Void]

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() {
            await notifier.reloading()
            for renew in renewals { await renew() }
            await notifier.reloaded()
        }
    }
}
