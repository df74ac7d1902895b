import Dispatch
import Foundation
import Logging
import Synchronization

/// Standard error behind a serial queue: lines never mix, a slow or stopped reader never delays a request, and what waits
/// never grows beyond a limit.
///
/// Lines that were dropped are counted, and a line says how many as soon as something can be written again. On a full
/// disk lines wait; when nobody reads any more, they are dropped.
package final class LogOutput: Sendable {
    /// Takes some of the bytes and returns how many, or the negative error number.
    typealias SystemWrite = @Sendable (UnsafeRawBufferPointer) -> Int

    private struct State {
        var buffer: LogBuffer
        /// Whether ``drain()`` runs or will run.
        var isWriting = false
    }

    private let queue = DispatchQueue(label: "nps.log", qos: .utility)
    private let descriptor: Int32
    private let format: Settings.LogFormat
    private let retryPause: Double
    private let systemWrite: SystemWrite
    private let state: Mutex<State>

    package convenience init(descriptor: Int32 = STDERR_FILENO, format: Settings.LogFormat) {
        self.init(descriptor: descriptor, format: format, capacity: 4 << 20)
    }

    /// - Parameters:
    ///   - capacity: bytes that may wait.
    ///   - retryPause: seconds until a write that the system refused, as on a full disk, is repeated.
    ///   - systemWrite: nil for the real one.
    init(
        descriptor: Int32,
        format: Settings.LogFormat,
        capacity: Int,
        retryPause: Double = 1,
        systemWrite: SystemWrite? = nil
    ) {
        self.descriptor = descriptor
        self.format = format
        self.retryPause = retryPause
        self.systemWrite =
            systemWrite ?? { bytes in
                let count = Foundation.write(descriptor, bytes.baseAddress, bytes.count)
                return count < 0 ? -Int(errno) : count
            }
        state = Mutex(State(buffer: LogBuffer(capacity: capacity)))
    }

    /// Returns at once, whatever becomes of the line.
    ///
    /// - Parameter line: without a line break at its end.
    func write(_ line: String, level: Logger.Level) {
        let line = LogBuffer.Line(bytes: Array((line + "\n").utf8), isError: level >= .error)
        let begins = state.withLock { state in
            state.buffer.add(line)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if begins { queue.async { self.drain() } }
    }

    /// Waits until everything logged so far is written; called before the process ends. Gives up when nobody reads.
    ///
    /// - Parameter seconds: how long it waits at most.
    package func flush(seconds: Double = 2) {
        let written = DispatchSemaphore(value: 0)
        queue.async { written.signal() }
        _ = written.wait(timeout: .now() + seconds)
    }

    /// Runs on the queue until nothing waits.
    private func drain() {
        while let next = next() {
            switch next {
            case .lines(let lines): write(lines)
            case .notice(let dropped):
                guard case .lost = write(notice(of: dropped).bytes) else { continue }
                // Said when there is a reader again.
                state.withLock { state in
                    state.buffer.restore(dropped)
                    state.isWriting = false
                }
                return
            }
        }
    }

    private enum Next {
        case lines([LogBuffer.Line])
        case notice(LogBuffer.Dropped)
    }

    /// Nil when nothing waits.
    private func next() -> Next? {
        state.withLock { state in
            let lines = state.buffer.take()
            // The lines first: what was dropped came later than they.
            if !lines.isEmpty { return .lines(lines) }
            if let dropped = state.buffer.takeDropped() { return .notice(dropped) }
            state.isWriting = false
            return nil
        }
    }

    private func write(_ lines: [LogBuffer.Line]) {
        for (index, line) in lines.enumerated() {
            guard case .lost = write(line.bytes) else { continue }
            state.withLock { state in
                for line in lines[index...] { state.buffer.drop(line) }
            }
            return
        }
    }

    private enum Outcome {
        case written
        case lost
    }

    private func write(_ bytes: [UInt8]) -> Outcome {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes(systemWrite)
            guard count <= 0 else {
                rest = rest.dropFirst(count)
                continue
            }
            switch -count {
            case Int(EINTR): continue
            case Int(EAGAIN):
                var waited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waited, 1, 1_000)
            // The reader has gone, for good.
            case Int(EPIPE), Int(EBADF): return .lost
            default: Thread.sleep(forTimeInterval: retryPause)
            }
        }
        return .written
    }

    private func notice(of dropped: LogBuffer.Dropped) -> LogBuffer.Line {
        let line = LogLine(
            level: .error,
            label: "nps-collector",
            message: "log lines were dropped, as they came faster than they could be written",
            metadata: ["lines": "\(dropped.lines)", "errors": "\(dropped.errors)"],
            date: Date()
        )
        return LogBuffer.Line(bytes: Array((line.text(format) + "\n").utf8), isError: true)
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
