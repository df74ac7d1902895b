import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import NPSApp

@Suite("The log's output")
struct LogOutputTests {
    private func line(_ text: String, isError: Bool = false) -> LogBuffer.Line {
        LogBuffer.Line(bytes: Array(text.utf8), isError: isError)
    }

    @Test("what waits never grows beyond its capacity, and what is dropped is counted")
    func bounded() {
        var buffer = LogBuffer(capacity: 100)
        for number in 0..<1_000 { buffer.add(line("line \(100 + number % 900)\n")) }
        #expect(buffer.dropped == LogBuffer.Dropped(lines: 992, errors: 0))
        let taken = [buffer.take().count, buffer.take().count]
        #expect(taken == [8, 0])
        let dropped = [buffer.takeDropped(), buffer.takeDropped()]
        #expect(dropped == [LogBuffer.Dropped(lines: 992, errors: 0), nil])
    }

    @Test("an error takes the place of other lines; only errors keep an error out")
    func errors() {
        var buffer = LogBuffer(capacity: 100)
        for _ in 0..<10 { buffer.add(line("0123456789")) }
        for _ in 0..<20 { buffer.add(line("error 6789", isError: true)) }
        let lines = buffer.take()
        #expect(lines.map(\.isError) == Array(repeating: true, count: 10))
        let dropped = buffer.takeDropped()
        #expect(dropped == LogBuffer.Dropped(lines: 20, errors: 10))
    }

    @Test("no line break in a value forges a line", arguments: ["\n", "\r", "\r\n", "\n\u{301}", "\r\n\r\n"])
    func forgedLine(end: String) {
        let line = LogLine(
            level: .info,
            label: "x",
            message: "a\(end)b",
            metadata: ["key": "c\(end)d"],
            date: Date(timeIntervalSince1970: 0)
        )
        for format in [Settings.LogFormat.text, .json] {
            #expect(!line.text(format).utf8.contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
        }
    }

    /// What a system wrote that behaves as told.
    private final class Disk: Sendable {
        private let state = Mutex((written: [UInt8](), answers: [Int]()))

        /// - Parameter answers: how many bytes each write takes at most, or its negative error; after them, all.
        init(_ answers: [Int]) { state.withLock { $0.answers = answers } }

        var text: String { state.withLock { String(decoding: $0.written, as: UTF8.self) } }

        func write(_ bytes: UnsafeRawBufferPointer) -> Int {
            state.withLock { state in
                let answer = state.answers.isEmpty ? bytes.count : state.answers.removeFirst()
                guard answer > 0 else { return answer }
                let count = min(answer, bytes.count)
                state.written += bytes.prefix(count)
                return count
            }
        }
    }

    private func output(_ disk: Disk) -> LogOutput {
        LogOutput(
            descriptor: STDERR_FILENO,
            format: .text,
            capacity: 1_000,
            retryPause: 0,
            systemWrite: { disk.write($0) }
        )
    }

    @Test(
        "a line is written whole, however few bytes the system takes at once and whatever passes",
        arguments: [[1, 2, 3], [-Int(EINTR), 1], [-Int(EAGAIN), 2, -Int(EAGAIN)], [3, -Int(ENOSPC), -Int(EIO), 1]]
    )
    func shortWrites(answers: [Int]) {
        let disk = Disk(answers)
        let output = output(disk)
        output.write("first", level: .info)
        output.write("second", level: .info)
        output.flush(seconds: 600)
        #expect(disk.text == "first\nsecond\n")
    }

    @Test("when the reader has gone, lines are dropped and logging goes on; a line says how many")
    func goneReader() {
        let disk = Disk([-Int(EPIPE), -Int(EPIPE)])
        let output = output(disk)
        output.write("lost", level: .error)
        output.flush(seconds: 600)
        output.write("kept", level: .info)
        output.flush(seconds: 600)
        #expect(disk.text.contains("kept\n"))
        #expect(disk.text.contains("log lines were dropped"))
    }

    @Test("a pipe that nobody reads for a while costs lines but no memory, no time and no error")
    func stoppedReader() throws {
        let pipe = Pipe()
        let (reader, writer) = (pipe.fileHandleForReading, pipe.fileHandleForWriting)
        let output = LogOutput(descriptor: writer.fileDescriptor, format: .json, capacity: 65_536)
        let filler = String(repeating: "x", count: 1_000)
        for number in 0..<1_000 { output.write(filler, level: number % 100 == 0 ? .error : .info) }
        output.write("last error", level: .critical)
        // Nobody has read yet, so no wait would help: it ends all the same.
        output.flush(seconds: 0)
        let read = PipeReader(reader)
        output.flush(seconds: 600)
        try writer.close()
        let lines = String(decoding: read.wait(), as: UTF8.self).split(separator: "\n")
        let whole = lines.filter { $0 == filler }.count
        #expect(lines.contains("last error"))
        let dropped = lines.filter { $0.hasPrefix("{") }.compactMap { line in
            line.firstMatch(of: /"lines":"(\d+)"/).flatMap { Int($0.1) }
        }
        #expect(dropped.reduce(whole, +) == 1_000)
        #expect(!dropped.isEmpty)
        #expect(lines.filter { $0.hasPrefix("{") }.allSatisfy { $0.contains(#""errors":"0""#) })
    }
}
