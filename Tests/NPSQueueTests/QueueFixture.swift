import Foundation
import Logging
import TestSupport
import Testing

@testable import NPSQueue

/// A directory of its own for one test, deleted when the fixture goes, or a schema of its own, and a clock for the queues
/// that are opened in it.
struct QueueFixture: Sendable {
    let engine: Engine
    let clock: TestClock
    private let files: TemporaryDirectory
    let schema = TestCluster.newSchema()

    var directory: URL { files.url }

    var path: String { directory.appending(path: "queue.db").path }

    private let cluster: TestCluster?
    let database: String

    /// - Parameters:
    ///   - cluster: the server for an engine that needs one.
    ///   - database: where the schema is there.
    init(
        _ engine: Engine = .sqlite,
        cluster: TestCluster? = .shared,
        clock: TestClock = TestClock(),
        database: String = "nps"
    ) throws {
        self.engine = engine
        self.cluster = cluster
        self.clock = clock
        self.database = database
        files = try TemporaryDirectory()
    }

    func open(
        _ path: String? = nil,
        logger: Logger = .silent,
        _ change: (inout ResponseQueue.Configuration) -> Void = { _ in }
    ) throws(QueueError) -> ResponseQueue {
        var configuration = try configuration(path)
        configuration.diskReserve = 0
        // Only what is accepted here wakes anybody.
        configuration.arrivalPause = 3_600
        // However busy the machine is, nobody is refused whose turn is late.
        configuration.patience = 600
        // Copies of files are opened as what a power cut left.
        configuration.namesEpochFile = false
        change(&configuration)
        return try ResponseQueue(
            configuration: configuration,
            now: { [clock] in clock.now },
            logger: logger
        )
    }

    func configuration(_ path: String? = nil) throws(QueueError) -> ResponseQueue.Configuration {
        guard engine != .sqlite, let cluster else {
            return ResponseQueue.Configuration(path: path ?? self.path)
        }
        var address = try cluster.address(schema: schema, database: database)
        if engine == .postgresWithKey { address.payloadKeys = try PayloadKeys([PayloadKeys.entry("key", 7)]) }
        return ResponseQueue.Configuration(.postgres(address))
    }

    /// A connection to the schema, beside the queue's.
    func connect() throws -> PostgresConnection { try #require(cluster).connect(schema: schema, database: database) }

    /// Checks that the books are what the rows are. No queue may have the file open.
    func audit() throws {
        switch engine {
        case .sqlite: try Audit(of: path).check()
        case .postgres, .postgresWithKey: try Audit(reading: connect()).check()
        }
    }

    /// Puts a file that an earlier version wrote in the queue's place.
    func copy(_ name: String) throws {
        let file = try #require(Bundle.module.url(forResource: name, withExtension: "db", subdirectory: "Fixtures"))
        try FileManager.default.copyItem(atPath: file.path, toPath: path)
    }

    /// Opens a queue, runs the body, and closes it whatever happens.
    func withQueue<Value>(
        _ change: (inout ResponseQueue.Configuration) -> Void = { _ in },
        _ body: (ResponseQueue) async throws -> Value
    ) async throws -> Value {
        let queue = try open(nil, change)
        do {
            let value = try await body(queue)
            await queue.close()
            return value
        } catch {
            await queue.close()
            throw error
        }
    }

    /// What a power cut would leave: the files as they are now, without a goodbye, under another name.
    func snapshot(_ name: String = "copy.db") throws -> String {
        let copy = directory.appending(path: name).path
        for suffix in ["", "-wal", ".epoch"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
        return copy
    }

    /// All bytes that are on disk now; in PostgreSQL, which overwrites what was deleted when it likes, all rows.
    func bytes() throws -> Data {
        if engine != .sqlite { return try rows() }
        var all = Data()
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            all += try Data(contentsOf: URL(fileURLWithPath: path + suffix))
        }
        return all
    }

    private func rows() throws -> Data {
        let connection = try connect()
        let tables = Query("SELECT table_name::text FROM information_schema.tables WHERE table_schema = $1::text")
        var all = Data()
        for table in try connection.execute(tables, PostgresParameters(schema)).rows {
            let name: String = try table.value(0)
            // Of a body, the bytes as they came.
            let columns = name == "quarantine" ? "t::text || encode(body, 'escape')" : "t::text"
            for row in try connection.execute(Query("SELECT \(columns) FROM \(name) AS t")).rows {
                all += Data((try row.value(0) as String).utf8)
            }
        }
        return all
    }
}
