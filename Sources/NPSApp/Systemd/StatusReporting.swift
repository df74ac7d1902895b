import ServiceLifecycle

/// Tells the service manager every half minute how the collector is. The first time at once.
struct StatusReporting: Service {
    let notifier: ServiceNotifier
    let line: @Sendable () async -> StatusLine
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    func run() async throws {
        // By itself: a stop doesn't wait for what the queue still has to say.
        let reporting = Task {
            while !Task.isCancelled {
                await notifier.report(await line().text)
                try await sleep(.seconds(30))
            }
        }
        try? await gracefulShutdown()
        reporting.cancel()
    }
}
