import Foundation
import NPSModel

/// What programs read: one JSON document on standard output.
enum Output {
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .timestamp
        write(try encoder.encode(value) + Data("\n".utf8))
    }

    /// One document on one line, for JSON Lines.
    static func jsonLine(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .timestamp
        write(try encoder.encode(value) + Data("\n".utf8))
    }

    /// Ends the program when nobody reads any more (`| head`), quietly, and when the output can't be written, with 1.
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
