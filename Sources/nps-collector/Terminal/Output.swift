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

    /// Ends the program: silently when the reader has closed the pipe (`| head`), with 1 when the output can't be
    /// written.
    static func write(_ data: Data) {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { exit(errno == EPIPE ? 0 : 1) }
            rest = rest.dropFirst(count)
        }
    }
}
