package import Logging
import Synchronization

/// What was logged, one line each: level, message and metadata.
package final class RecordedLogs: Sendable {
    private let level: Logger.Level
    private let written = Mutex<[String]>([])

    /// - Parameter level: what is below it is not recorded
    package init(level: Logger.Level = .trace) {
        self.level = level
    }

    package var lines: [String] { written.withLock { $0 } }

    package var logger: Logger {
        Logger(label: "test") { _ in Handler(logs: self, logLevel: level) }
    }

    private struct Handler: LogHandler {
        let logs: RecordedLogs
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            let line = "\(event.level) \(event.message) \(all)"
            logs.written.withLock { $0.append(line) }
        }
    }
}

extension Logger {
    /// A logger that writes nothing.
    package static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
