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

/// Service groups print their services in log lines: what they print must not hold the token.
extension PlanhatSandbox: CustomStringConvertible {
    package var description: String { "PlanhatSandbox" }
}

extension PlanhatSandbox.Configuration: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(host):\(port) (token not shown)" }
    package var customMirror: Mirror { Mirror(self, children: ["host": host, "port": port]) }
}
