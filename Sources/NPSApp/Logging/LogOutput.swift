import Dispatch
import Foundation
import NPSModel

/// Standard error behind a serial queue: lines never mix, and a slow terminal never holds up a request.
package final class LogOutput: Sendable {
    private let queue = DispatchQueue(label: "nps.log", qos: .utility)
    private let descriptor: Int32

    package init(descriptor: Int32 = STDERR_FILENO) {
        self.descriptor = descriptor
    }

    func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        queue.async { [descriptor] in
            // The log is the last resort: where it can't be written there is nobody left to tell.
            _ = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        }
    }

    /// Waits until everything logged so far is written; called before the process ends.
    package func flush() {
        queue.sync {}
    }

    static func timestamp(_ moment: Date) -> String {
        Timestamp.format(moment)
    }
}
