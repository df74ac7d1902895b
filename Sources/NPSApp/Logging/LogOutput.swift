import Dispatch
import Foundation
import Logging

/// Standard error behind a serial queue: lines never mix, and a slow terminal never delays a request.
package final class LogOutput: Sendable {
    private let queue = DispatchQueue(label: "nps.log", qos: .utility)
    private let descriptor: Int32

    package init(descriptor: Int32 = STDERR_FILENO) {
        self.descriptor = descriptor
    }

    func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        queue.async { [descriptor] in
            // When the log can't be written, there is nowhere left to report it.
            _ = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        }
    }

    /// Waits until everything logged so far is written; called before the process ends.
    package func flush() {
        queue.sync {}
    }
}

extension Settings {
    /// Sends every log line of the program to `output`; to be called once, before the first logger is made.
    package func bootstrapLogging(to output: LogOutput) {
        let log = self.log
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, level: log.level, format: log.format, output: output)
        }
    }
}
