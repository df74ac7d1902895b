import Foundation
import Logging
import NPSQueue
import TestSupport
import Testing

/// A directory of its own for one test, deleted when the fixture goes, and a clock for the queues that are opened in it.
struct QueueFixture: Sendable {
    let engine: Engine
    let clock = TestClock()
    private let files: TemporaryDirectory

    var directory: URL { files.url }

    var path: String { directory.appending(path: "queue.db").path }

    init(_ engine: Engine = .sqlite) throws {
        self.engine = engine
        files = try TemporaryDirectory()
    }

    func open(
        _ path: String? = nil,
        logger: Logger = .silent,
        _ change: (inout ResponseQueue.Configuration) -> Void = { _ in }
    ) throws(QueueError) -> ResponseQueue {
        var configuration = ResponseQueue.Configuration(path: path ?? self.path)
        configuration.diskReserve = 0
        change(&configuration)
        return try ResponseQueue(
            configuration: configuration,
            now: { [clock] in clock.now },
            logger: logger
        )
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
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
        return copy
    }

    /// All bytes that are on disk now.
    func bytes() throws -> Data {
        var all = Data()
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            all += try Data(contentsOf: URL(fileURLWithPath: path + suffix))
        }
        return all
    }
}
