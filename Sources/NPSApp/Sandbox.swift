import Foundation
package import Logging
import PlanhatSandbox
import ServiceLifecycle
import UnixSignals

/// The verb `sandbox`: a local stand-in for the Planhat API, until SIGTERM or SIGINT.
package struct Sandbox: Sendable {
    private let service: PlanhatSandbox
    private let logger: Logger

    /// - Parameter faults: `KEY=VALUE` switches; unknown ones are a ``SettingsError``.
    package init(settings: Settings, faults: [String], logger: Logger) throws {
        self.logger = logger
        let token = settings.sandbox.token ?? Self.generatedToken()
        let isGenerated = settings.sandbox.token == nil
        let plan: FaultPlan
        do { plan = try FaultPlan(parsing: faults) } catch { throw SettingsError([error.description]) }
        service = try PlanhatSandbox(
            configuration: PlanhatSandbox.Configuration(
                host: settings.sandbox.host,
                port: settings.sandbox.port,
                token: token,
                database: settings.sandbox.database,
                faults: plan
            ),
            logger: logger,
            onListening: { port in
                logger.notice("sandbox listens", metadata: ["port": "\(port)"])
                // The one token that may be shown: generated a moment ago, and of no use outside this machine.
                if isGenerated { print("sandbox token: \(token)") }
            }
        )
    }

    /// One line for each switch with the values it takes.
    package static var faultUsage: [String] { FaultPlan.usage }

    private static func generatedToken() -> String {
        "sandbox-" + UUID().uuidString.lowercased()
    }

    package func run() async throws {
        var configuration = ServiceGroupConfiguration(
            services: [service],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        try await ServiceGroup(configuration: configuration).run()
    }
}
