import ArgumentParser
import NPSApp
import NPSQueue
import TestSupport
import Testing

@testable import nps_collector

@Suite("queue move")
struct QueueMoveCommandTests {
    @Test(
        "the target has all settings but the queue's address and, where one is named, the file of its password",
        arguments: [nil, "password"]
    )
    func target(file: String?) async throws {
        let directory = try TemporaryDirectory(["password": "two\n"])
        let line = try CommandLineSettings([
            "--queue-url", "postgres://one@localhost/a", "queue", "move", "--queue-password", "one",
            "--quarantine-max-bytes", "1048576",
        ])
        let settings = try await CommandLineSettings.$current.withValue(line) {
            try await CommandLineSettings.load(
                queueURL: "postgres://two@localhost,127.0.0.1/b",
                passwordFile: file.map(directory.path)
            )
        }
        guard case .postgres(let address) = settings.queue.store else {
            Issue.record("another store")
            return
        }
        #expect("\(address)" == "postgres://two@localhost,127.0.0.1/b")
        #expect(settings.quarantine.maxBytes == 1_048_576)
    }

    @Test("keys in the settings are for the PostgreSQL, whichever side that is")
    func keys() async throws {
        let key = String(repeating: "A", count: 43)
        let line = try CommandLineSettings([
            "--queue-url", "postgres://one@localhost/a", "--queue-payload-key", "k1:\(key)",
        ])
        let settings = try await CommandLineSettings.$current.withValue(line) {
            try await CommandLineSettings.load(queueURL: "sqlite:b.db", passwordFile: nil)
        }
        guard case .file("b.db") = settings.queue.store else {
            Issue.record("another store")
            return
        }
    }

    @Test(
        "an address that can't be read, or none, is a mistake in the usage",
        arguments: [
            [], ["--to", "sqlite:"], ["--to", "queue.db"], ["--to", "postgres://localhost/nps"],
            ["--to", "sqlite:a", "--cancel"],
        ]
    )
    func usage(words: [String]) {
        #expect(throws: (any Error).self) { try QueueMoveCommand.parse(words) }
    }
}
