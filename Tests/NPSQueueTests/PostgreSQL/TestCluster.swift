import Foundation
import TestSupport

@testable import NPSQueue

/// A PostgreSQL that `deploy/test` has started for the tests, in a directory that also holds its socket.
struct TestCluster: Sendable {
    private let directory: String

    /// For all tests, each with a schema of its own.
    static let shared = TestCluster("NPS_TEST_POSTGRES")
    /// For the test that stops it.
    static let restarted = TestCluster("NPS_TEST_POSTGRES_RESTARTED")

    /// Nil without the variable.
    private init?(_ variable: String) {
        guard let directory = ProcessInfo.processInfo.environment[variable], !directory.isEmpty else { return nil }
        self.directory = directory
    }

    static func newSchema() -> String { "nps_\(UInt64.random(in: .min ... .max))" }

    /// A database of a test's own, which sees no other test's sessions.
    func newDatabase() throws -> String {
        let name = "queue_\(UInt64.random(in: .min ... .max))"
        try administer("CREATE DATABASE \(name) OWNER collector")
        return name
    }

    func address(
        schema: String,
        user: String = "collector",
        database: String = "nps"
    ) throws(QueueError) -> PostgresAddress {
        let socket = directory.replacing("/", with: "%2F")
        var address = try PostgresAddress("postgres://\(user)@\(socket)/\(database)")
        address.schema = schema
        // By which a test finds its own sessions.
        address.name = schema
        return address
    }

    func connect(schema: String, database: String = "nps") throws -> PostgresConnection {
        try Self.connect(to: address(schema: schema, database: database))
    }

    /// Runs statements as the one who may change the server's settings, each a transaction.
    func administer(_ statements: String...) throws {
        let connection = try connectAsOwner()
        for statement in statements { try connection.run(statement) }
    }

    private func connectAsOwner() throws -> PostgresConnection {
        let socket = directory.replacing("/", with: "%2F")
        return try Self.connect(to: PostgresAddress("postgres://owner@\(socket)/postgres"))
    }

    /// However busy the machine is, no statement takes too long.
    private static func connect(to address: PostgresAddress) throws -> PostgresConnection {
        let connection = try PostgresConnection(address.parameters(lane: "test"), limit: .seconds(600))
        try connection.run("SET statement_timeout = 0")
        return connection
    }

    /// All that the server has on its disk in one of its files.
    func bytes(ofFile path: String) throws -> Data {
        let connection = try connectAsOwner()
        try connection.run("CHECKPOINT")
        let content = Query("SELECT pg_read_binary_file($1::text)")
        return try connection.execute(content, PostgresParameters(path)).first?.value(0) ?? Data()
    }

    /// Restarts the server, in one of the modes of `start_postgres` in `deploy/lib.bash`. Blocks until it is there again.
    func control(_ mode: String) throws {
        // Foundation's `Process` waits until the last process that has its descriptors has ended, which is the server.
        let status = system("'\(directory)/control' \(mode)")
        guard status == 0 else { throw QueueError.database("the tests' server didn't \(mode)") }
    }
}
