import Foundation
import Logging
import NPSModel
import NPSQueue
import Synchronization
import Testing

/// Where the queue keeps its rows. The suites are parametrised over this list: a second engine is one more case here
/// and one more branch in ``open(_:)``.
enum Engine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite

    var testDescription: String { rawValue }
}

/// A clock that stands until a test moves it.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_700_000_000_000)

    var now: Date { Date(timeIntervalSince1970: Double(milliseconds.withLock { $0 }) / 1_000) }

    func advance(by seconds: Double) {
        milliseconds.withLock { $0 += Int64(seconds * 1_000) }
    }
}

/// A directory of its own for one test, with the queue in it, removed at the end.
struct Workshop: Sendable {
    let engine: Engine
    let directory: URL
    let clock = TestClock()

    var path: String { directory.appending(path: "queue.db").path }

    static func run(_ engine: Engine = .sqlite, _ body: (Workshop) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "nps-queue-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(Workshop(engine: engine, directory: directory))
    }

    func open(
        _ path: String? = nil,
        _ change: (inout ResponseQueue.Configuration) -> Void = { _ in }
    ) throws(QueueError) -> ResponseQueue {
        var configuration = ResponseQueue.Configuration(path: path ?? self.path)
        configuration.diskReserve = 0
        change(&configuration)
        return try ResponseQueue(
            configuration: configuration,
            now: { [clock] in clock.now },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
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

/// A submission whose content is told by its arguments alone.
func submission(_ number: Int, score: Int = 9, comment: String? = nil, source: String = "test") throws -> Submission {
    Submission(
        SurveyResponse(
            id: ResponseID(source: source, providerID: "\(number)"),
            source: source,
            email: try EmailAddress("person\(number)@example.com"),
            score: try #require(Score(score)),
            comment: comment,
            answeredAt: Date(timeIntervalSince1970: 1_699_999_999.5)
        )
    )
}

func draft(_ text: String, deliveryID: String? = nil, source: String = "acme") -> QuarantineDraft {
    QuarantineDraft(
        source: source,
        deliveryID: deliveryID,
        contentType: "application/json",
        body: Array(text.utf8),
        problems: [FieldProblem(field: "score", message: "must be a whole number from 0 to 10")]
    )
}

extension Claim {
    func verdict(_ outcome: Outcome) -> Verdict {
        Verdict(id: response.id, revision: revision, outcome: outcome)
    }
}
