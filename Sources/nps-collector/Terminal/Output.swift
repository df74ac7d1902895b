import Foundation
import NPSModel

/// What programs read: one JSON document on standard output.
enum Output {
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .timestamp
        write(try encoder.encode(value))
    }

    /// One document on one line, for JSON Lines.
    static func jsonLine(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .timestamp
        write(try encoder.encode(value))
    }

    private static func write(_ data: Data) {
        FileHandle.standardOutput.write(data + Data("\n".utf8))
    }
}
