import Dispatch
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Services that start in their order and stop in reverse, at a signal or when the first of them fails.
struct OrderedServices: Sendable {
    let services: [any Service]
    /// At which all of them stop.
    var signals: [UnixSignal] = [.sigterm, .sigint]
    /// How long a stop may take, in seconds. Before that, services that are still at work are cancelled.
    var longestStop = 9.5
    let logger: Logger
    /// Called when the stop begins, before any service learns of it.
    let onStop: @Sendable () async -> Void
    /// Called once a stop takes longer than ``longestStop``, with what the first service failed of that did; nil when none did.
    let onOverdueStop: @Sendable ((any Error)?) -> Void

    /// Returns when all of them have stopped.
    ///
    /// - Throws: what the first service failed of.
    func run() async throws {
        let failure = FirstFailure()
        let alarm = OnShutdown {
            DispatchQueue.global().asyncAfter(deadline: .now() + longestStop) { onOverdueStop(failure.error) }
            await onStop()
        }
        var configuration = ServiceGroupConfiguration(
            services: (services + [alarm]).map {
                .init(
                    service: Watched(service: $0, failure: failure),
                    successTerminationBehavior: .ignore,
                    failureTerminationBehavior: .gracefullyShutdownGroup
                )
            },
            gracefulShutdownSignals: signals,
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = .seconds(longestStop - 0.5)
        try await ServiceGroup(configuration: configuration).run()
    }
}

/// What the first service that failed has failed of.
private final class FirstFailure: Sendable {
    private let first = Mutex<(any Error)?>(nil)

    var error: (any Error)? { first.withLock { $0 } }

    func note(_ error: any Error) {
        // Whoever is cancelled was told to end.
        guard !(error is CancellationError) else { return }
        first.withLock { $0 = $0 ?? error }
    }
}

/// A service whose failure is noted before anybody acts upon it.
private struct Watched: Service {
    let service: any Service
    let failure: FirstFailure

    func run() async throws {
        do {
            try await service.run()
        } catch {
            failure.note(error)
            throw error
        }
    }
}

/// Does one thing when the services begin, by which time their group heeds the signals.
struct OnStart: Service {
    let action: @Sendable () -> Void

    func run() async throws {
        action()
        try? await gracefulShutdown()
    }
}

/// Does one thing when its turn in the shutdown comes.
struct OnShutdown: Service {
    let action: @Sendable () async -> Void

    func run() async throws {
        try? await gracefulShutdown()
        await action()
    }
}
