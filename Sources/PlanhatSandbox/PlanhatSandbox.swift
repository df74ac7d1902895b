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
/// A request comes in through ``OperationRoutes``. A ``FaultInjector`` answers it: the ``FaultPlan`` decides what goes
/// wrong, ``NPSOperations`` does the work on ``SandboxRecords``.
package struct PlanhatSandbox: Service {
    private let configuration: Configuration
    private let records: SandboxRecords
    private let injector: FaultInjector
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
        injector = FaultInjector(
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
        router.add(middleware: TrafficMiddleware(control: injector.control))
        router.add(middleware: AuthenticationMiddleware(credentials: credentials, control: injector.control))
        OperationRoutes(injector: injector).add(to: router)
        ControlRoutes(records: records, control: injector.control).add(to: router)
        return router
    }

    /// Sleeps, but no longer than until the sandbox is told to shut down.
    package static func pause(_ duration: Duration) async {
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: duration) }
    }
}

extension PlanhatSandbox {
    package struct Configuration: Sendable {
        package var host: String
        /// 0 lets the system choose; `onListening` tells which it is.
        package var port: Int
        /// What clients must send as Bearer token, or as the user of Basic authentication with an empty password.
        package var token: String
        /// Path of the SQLite file.
        package var database: String
        package var faults: FaultPlan
        /// Begins the random numbers of faults with a rate, unless the plan has a seed of its own.
        package var seed: UInt64
        package var companies: [Company]

        package init(
            host: String = "127.0.0.1",
            port: Int = 0,
            token: String,
            database: String,
            faults: FaultPlan = FaultPlan(),
            seed: UInt64 = .random(in: .min ... .max),
            companies: [Company] = Company.examples
        ) {
            self.host = host
            self.port = port
            self.token = token
            self.database = database
            self.faults = faults
            self.seed = seed
            self.companies = companies
        }
    }
}

/// Service groups print their services in log lines, which must not contain the token.
extension PlanhatSandbox: CustomStringConvertible {
    package var description: String { "PlanhatSandbox" }
}

extension PlanhatSandbox.Configuration: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(host):\(port) (token not shown)" }
    package var customMirror: Mirror { Mirror(self, children: ["host": host, "port": port]) }
}

/// Why the sandbox can't start, in a sentence for the person who starts it.
package enum SandboxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Everything that is wrong with the given faults, one sentence each.
    case faults([String])
    case emptyToken
    case database(String)

    package var description: String {
        switch self {
        case .faults(let problems):
            "The sandbox's faults can't be understood: " + problems.joined(separator: "; ") + "."
        case .emptyToken:
            "The sandbox's token is empty: give it one, the same that its clients send."
        case .database(let reason):
            "The sandbox's database can't be opened (\(reason)): check its path, its permissions and the free disk space."
        }
    }
}
