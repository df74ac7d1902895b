// X509 imports it, and then structures of C count as its own.
import CoreFoundation
import Foundation
import NPSModel

/// What the program writes: results to standard output, everything else to standard error.
enum Output {
    /// One indented document with sorted keys, for programs.
    static func json(_ value: some Encodable) throws {
        try write(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    }

    /// One document on one line, for JSON Lines.
    static func jsonLine(_ value: some Encodable) throws {
        try write(value, [.sortedKeys, .withoutEscapingSlashes])
    }

    private static func write(_ value: some Encodable, _ format: JSONEncoder.OutputFormatting) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = format
        encoder.dateEncodingStrategy = .timestamp
        write(try encoder.encode(value) + Data("\n".utf8))
    }

    /// To standard error; when that fails, there is nowhere left to report it.
    static func note(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    static func text(_ text: String, terminator: String = "\n") {
        write(Data((text + terminator).utf8))
    }

    /// Ends the program with 1 when the output can't be written, so that nobody takes a part for the whole: with a
    /// sentence, except when the reader has closed the pipe (`| head`), who knows it.
    static func write(_ data: Data) {
        guard let error = failure(writing: data, to: STDOUT_FILENO) else { return }
        fail(error)
    }

    /// To be called at the end: whatever else stands in a buffer is written, and what a file system tells only when a
    /// file is closed, such as a quota, is heard.
    static func finish() {
        guard fflush(nil) == 0, close(STDOUT_FILENO) == 0 || errno == EBADF else { fail(errno) }
    }

    private static func fail(_ error: Int32) -> Never {
        if error != EPIPE {
            note(
                "Standard output can't be written (\(String(cString: strerror(error)))). What was printed isn't all.\n"
            )
        }
        exit(Stop.Code.failure.rawValue)
    }

    /// Writes all bytes, however few the system takes at once.
    ///
    /// - Returns: nil when all are written, otherwise the system's error number.
    static func failure(writing data: Data, to descriptor: Int32) -> Int32? {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch count < 0 ? errno : EIO {
            case EINTR: continue
            // Another program can have made the terminal non-blocking.
            case EAGAIN:
                var waited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waited, 1, -1)
            case let error: return error
            }
        }
        return nil
    }
}

/// Not for verbs: it doesn't notice when its output can't be written.
@available(*, unavailable, message: "Use Output.text, which notices a failed write.")
func print(_ items: Any..., separator: String = " ", terminator: String = "\n") {}
