import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import NPSApp

@Suite("The log's output")
struct LogOutputTests {
    @Test("what waits never grows beyond its capacity, and what is dropped is counted")
    func bounded() {
        var buffer = LogBuffer(capacity: 100)
        for number in 0..<1_000 { buffer.add(Array("line \(100 + number % 900)\n".utf8), isError: false) }
        #expect(buffer.count == 72 && buffer.dropped == LogBuffer.Dropped(lines: 992, errors: 0))
        let taken = [buffer.take()?.ends.count, buffer.take()?.ends.count]
        #expect(taken == [8, nil])
        let dropped = [buffer.takeDropped(), buffer.takeDropped()]
        #expect(dropped == [LogBuffer.Dropped(lines: 992, errors: 0), nil])
        // What was said is still counted, and what has to be said again isn't counted twice.
        buffer.restore(LogBuffer.Dropped(lines: 992, errors: 0))
        #expect(buffer.everDropped == LogBuffer.Dropped(lines: 992, errors: 0))
    }

    @Test("an error takes the place of other lines; only errors keep an error out")
    func errors() throws {
        var buffer = LogBuffer(capacity: 100)
        for _ in 0..<10 { buffer.add(Array("0123456789".utf8), isError: false) }
        for _ in 0..<20 { buffer.add(Array("error 6789".utf8), isError: true) }
        let taken = buffer.take()
        let lines = try #require(taken)
        #expect(lines.ends.map(\.isError) == Array(repeating: true, count: 10))
        #expect(lines.bytes == Array(String(repeating: "error 6789", count: 10).utf8))
        let dropped = buffer.takeDropped()
        #expect(dropped == LogBuffer.Dropped(lines: 20, errors: 10))
    }

    @Test(
        "of what was written in part, the lines that are whole aren't lost",
        arguments: zip([0, 3, 4, 7, 8], [2, 2, 1, 1, 0])
    )
    func partly(written: Int, lost: Int) throws {
        var buffer = LogBuffer(capacity: 100)
        for text in ["one\n", "two\n"] { buffer.add(Array(text.utf8), isError: false) }
        let taken = buffer.take()
        buffer.drop(try #require(taken), after: written)
        #expect(buffer.dropped.lines == lost && buffer.everDropped == buffer.dropped)
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
            #expect(!line.bytes(format).dropLast().contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
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
        output.write(Array("first\n".utf8), level: .info)
        output.write(Array("second\n".utf8), level: .info)
        output.flush(seconds: 600)
        #expect(disk.text == "first\nsecond\n")
    }

    @Test("lines that come together are written together, and a warning doesn't wait")
    func together() async {
        let (writes, wrote) = AsyncStream.makeStream(of: String.self)
        let output = LogOutput(descriptor: STDERR_FILENO, format: .text, capacity: 1_000, pause: 1_000) { bytes in
            wrote.yield(String(decoding: bytes, as: UTF8.self))
            return bytes.count
        }
        output.write(Array("first\n".utf8), level: .info)
        output.write(Array("second\n".utf8), level: .info)
        output.write(Array("third\n".utf8), level: .warning)
        var texts = writes.makeAsyncIterator()
        #expect(await texts.next() == "first\nsecond\nthird\n")
    }

    @Test("a line is written after a pause although nothing follows")
    func alone() async {
        let (writes, wrote) = AsyncStream.makeStream(of: String.self)
        let output = LogOutput(descriptor: STDERR_FILENO, format: .text, capacity: 1_000, pause: 0.01) { bytes in
            wrote.yield(String(decoding: bytes, as: UTF8.self))
            return bytes.count
        }
        var texts = writes.makeAsyncIterator()
        for text in ["first\n", "second\n"] {
            output.write(Array(text.utf8), level: .info)
            #expect(await texts.next() == text)
        }
    }

    @Test("a line says who says what, and nothing in it can forge another line or write on a terminal")
    func text() {
        let date = Date(timeIntervalSince1970: 1_770_112_805.123)
        func line(_ format: Settings.LogFormat) -> String {
            let line = LogLine(
                level: .notice,
                label: "nps",
                message: "two\nlines",
                metadata: ["hb.request.id": "7", "a": "old"],
                nil,
                ["a": "\u{1b}[2J", "b": .stringConvertible(3)],
                date: date
            )
            return String(decoding: line.bytes(format), as: UTF8.self)
        }
        #expect(line(.text) == #"2026-02-03T10:00:05.123Z notice   nps: two\nlines a=\x1b[2J b=3 request=7"# + "\n")
        let json = #"{"a":"\u001b[2J","b":"3","label":"nps","level":"notice","message":"two\nlines","request":"7","#
        #expect(line(.json) == json + #""time":"2026-02-03T10:00:05.123Z"}"# + "\n")
    }

    @Test("when the reader has gone, lines are dropped and logging goes on; a line says how many")
    func goneReader() {
        let disk = Disk([-Int(EPIPE), -Int(EPIPE)])
        let output = output(disk)
        output.write(Array("lost\n".utf8), level: .error)
        output.flush(seconds: 600)
        output.write(Array("kept\n".utf8), level: .info)
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
        for number in 0..<1_000 { output.write(Array((filler + "\n").utf8), level: number % 100 == 0 ? .error : .info) }
        output.write(Array("last error\n".utf8), level: .critical)
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
