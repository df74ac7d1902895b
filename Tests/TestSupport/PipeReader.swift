import Dispatch
package import Foundation
import Synchronization

/// Reads a pipe to its end while the test writes.
///
/// On a thread of Dispatch, not in a task: reads that block would take all threads of the tests, and nobody would write.
package final class PipeReader: Sendable {
    private let data = Mutex(Data())
    private let end = DispatchSemaphore(value: 0)

    /// Begins to read at once.
    package init(_ reader: FileHandle) {
        DispatchQueue.global().async { [self] in
            let read = (try? reader.readToEnd()) ?? Data()
            data.withLock { $0 = read }
            end.signal()
        }
    }

    /// All that came, once the writer has closed its end. To be called once.
    package func wait() -> Data {
        end.wait()
        return data.withLock { $0 }
    }
}
