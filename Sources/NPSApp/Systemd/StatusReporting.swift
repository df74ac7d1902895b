import ServiceLifecycle

/// Tells the service manager every ten seconds how the collector is.
struct StatusReporting: Service {
    let notifier: ServiceNotifier
    let line: @Sendable () async -> StatusLine
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await notifier.report(await line().text)
                try await sleep(.seconds(10))
            }
        }
    }
}
