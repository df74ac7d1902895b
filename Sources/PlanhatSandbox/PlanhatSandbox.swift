package import Foundation
package import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle

/// # PlanhatSandbox
///
/// A local server of Planhat's six NPS operations, for trying and testing without a Planhat account: plain HTTP,
/// records in a SQLite file of its own. What is known of the API is fixed; what is unknown is a switch
/// (``Behaviour``), and what can go wrong can be made to go wrong (``FaultKind``), by flag or at run time through
/// `/sandbox/faults`.
///
/// A request comes in through ``OperationRoutes``, is decided about by a ``FaultPlan``, performed by
/// ``NPSOperations`` on ``SandboxRecords``, and answered by an ``Exchange``.
package struct PlanhatSandbox: Service {
    private let configuration: Configuration
    private let records: SandboxRecords
    private let exchange: Exchange
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// Opens the database.
    ///
    /// - Parameters:
    ///   - now: the clock of ids, dates and the rate window
    ///   - pause: waits in the fault `slow` and in the overlap window
    ///   - onListening: is told the port as soon as requests are taken
    package init(
        configuration: Configuration,
        now: @escaping @Sendable () -> Date = { Date() },
        pause: @escaping @Sendable (Duration) async -> Void = PlanhatSandbox.pause,
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(SandboxError) {
        guard !configuration.token.isEmpty else { throw .emptyToken }
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
        records = try SandboxRecords(path: configuration.database, companies: configuration.companies)
        var random = SystemRandomNumberGenerator()
        exchange = Exchange(
            operations: NPSOperations(records: records, ids: ObjectIDSource(random: &random), now: now, pause: pause),
            control: TrafficControl(plan: configuration.faults, seed: configuration.seed)
        )
    }

    /// Serves until the service group shuts down: then takes no more, finishes what is in flight and returns.
    package func run() async throws {
        try await makeApplication().run()
        try records.close()
    }

    /// The server as a Hummingbird application, for tests without a socket.
    package func makeApplication() -> some ApplicationProtocol {
        Application(
            router: makeRouter(),
            configuration: .init(address: .hostname(configuration.host, port: configuration.port), serverName: nil),
            onServerRunning: { [onListening] channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger
        )
    }

    private func makeRouter() -> Router<SandboxContext> {
        let router = Router(context: SandboxContext.self)
        let credentials = Credentials(token: configuration.token)
        router.add(middleware: TrafficMiddleware(control: exchange.control))
        router.add(middleware: AuthenticationMiddleware(credentials: credentials, control: exchange.control))
        OperationRoutes(exchange: exchange).add(to: router)
        ControlRoutes(records: records, control: exchange.control).add(to: router)
        return router
    }

    /// Sleeps, but not on when the sandbox is shutting down.
    package static func pause(_ duration: Duration) async {
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: duration) }
    }
}
