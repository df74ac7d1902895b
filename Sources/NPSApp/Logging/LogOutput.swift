// X509 imports it, and then structures of C count as its own.
import CoreFoundation
import Dispatch
import Foundation
import Logging
package import NPSServer
import Synchronization

/// Standard error behind a serial queue: lines never mix, a slow or stopped reader never delays a request, and what waits
/// never grows beyond a limit.
///
/// Lines are written together, many with one call: a tenth of a second after the first, when there are 32 KB of them, at
/// once when one is a warning or worse, and before the process ends. A process that is killed, or ends by a trap, takes
/// the lines of that tenth with it.
///
/// Lines that were dropped are counted, and a line says how many as soon as something can be written again. On a full
/// disk lines wait; when nobody reads any more, they are dropped.
package final class LogOutput: Sendable {
    /// Takes some of the bytes and returns how many, or the negative error number.
    typealias SystemWrite = @Sendable (UnsafeRawBufferPointer) -> Int

    private struct State {
        var buffer: LogBuffer
        /// Whether ``drain()`` will run after a pause.
        var isScheduled = false
        /// Whether ``drain()`` runs or will run at once.
        var isWriting = false
    }

    /// So many bytes don't wait.
    private static let enough = 32_768

    private let queue = DispatchQueue(label: "nps.log", qos: .utility)
    private let descriptor: Int32
    private let format: Settings.LogFormat
    private let pause: Double
    private let retryPause: Double
    private let systemWrite: SystemWrite
    private let state: Mutex<State>

    package convenience init(descriptor: Int32 = STDERR_FILENO, format: Settings.LogFormat) {
        self.init(descriptor: descriptor, format: format, capacity: 4 << 20)
    }

    /// - Parameters:
    ///   - capacity: bytes that may wait.
    ///   - pause: seconds that a line waits for others.
    ///   - retryPause: seconds until a write that the system refused, as on a full disk, is repeated.
    ///   - systemWrite: nil for the real one.
    init(
        descriptor: Int32,
        format: Settings.LogFormat,
        capacity: Int,
        pause: Double = 0.1,
        retryPause: Double = 1,
        systemWrite: SystemWrite? = nil
    ) {
        self.descriptor = descriptor
        self.format = format
        self.pause = pause
        self.retryPause = retryPause
        self.systemWrite =
            systemWrite ?? { bytes in
                let count = Foundation.write(descriptor, bytes.baseAddress, bytes.count)
                return count < 0 ? -Int(errno) : count
            }
        state = Mutex(State(buffer: LogBuffer(capacity: capacity)))
    }

    private enum Begin {
        case no
        case later
        case atOnce
    }

    /// Returns at once, whatever becomes of the line.
    ///
    /// - Parameter line: with a line break at its end.
    func write(_ line: [UInt8], level: Logger.Level) {
        let begin: Begin = state.withLock { state in
            state.buffer.add(line, isError: level >= .error)
            if state.isWriting { return .no }
            if level >= .warning || state.buffer.count >= Self.enough {
                state.isWriting = true
                return .atOnce
            }
            if state.isScheduled { return .no }
            state.isScheduled = true
            return .later
        }
        switch begin {
        case .no: break
        case .later: queue.asyncAfter(deadline: .now() + pause) { self.drain() }
        case .atOnce: queue.async { self.drain() }
        }
    }

    /// What was lost since the start: more came than could be written, or nobody reads.
    package var droppedLines: DroppedLogLines {
        let dropped = state.withLock { $0.buffer.everDropped }
        return DroppedLogLines(errors: dropped.errors, others: dropped.lines - dropped.errors)
    }

    /// Waits until everything logged so far is written; called before the process ends. Gives up when nobody reads.
    ///
    /// - Parameter seconds: how long it waits at most.
    package func flush(seconds: Double = 2) {
        let written = DispatchSemaphore(value: 0)
        queue.async {
            self.drain()
            written.signal()
        }
        _ = written.wait(timeout: .now() + seconds)
    }

    /// Runs on the queue until nothing waits.
    private func drain() {
        while let next = next() {
            switch next {
            case .lines(let lines):
                let written = write(lines.bytes)
                if written < lines.bytes.count { state.withLock { $0.buffer.drop(lines, after: written) } }
            case .notice(let dropped):
                let notice = notice(of: dropped)
                guard write(notice) < notice.count else { continue }
                // Said when there is a reader again.
                state.withLock { state in
                    state.buffer.restore(dropped)
                    state.isWriting = false
                    state.isScheduled = false
                }
                return
            }
        }
    }

    private enum Next {
        case lines(LogBuffer.Lines)
        case notice(LogBuffer.Dropped)
    }

    /// Nil when nothing waits.
    private func next() -> Next? {
        state.withLock { state in
            // The lines first: what was dropped came later than they.
            if let lines = state.buffer.take() {
                state.isWriting = true
                return .lines(lines)
            }
            if let dropped = state.buffer.takeDropped() {
                state.isWriting = true
                return .notice(dropped)
            }
            state.isWriting = false
            state.isScheduled = false
            return nil
        }
    }

    /// Returns how many bytes were written: all, or fewer because the reader has gone.
    private func write(_ bytes: [UInt8]) -> Int {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { systemWrite(UnsafeRawBufferPointer(rebasing: $0[written...])) }
            guard count <= 0 else {
                written += count
                continue
            }
            switch -count {
            case Int(EINTR): continue
            case Int(EAGAIN):
                var waited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waited, 1, 1_000)
            // The reader has gone, for good.
            case Int(EPIPE), Int(EBADF): return written
            default: Thread.sleep(forTimeInterval: retryPause)
            }
        }
        return written
    }

    private func notice(of dropped: LogBuffer.Dropped) -> [UInt8] {
        let line = LogLine(
            level: .error,
            label: "nps-collector",
            message: "log lines were dropped, as they came faster than they could be written",
            metadata: ["lines": "\(dropped.lines)", "errors": "\(dropped.errors)"],
            date: Date()
        )
        return line.bytes(format)
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
