import Foundation
import Logging
import NPSModel

/// One event as one line, for people or as JSON.
struct LogLine {
    typealias Field = (key: String, value: Logger.Metadata.Value)

    let level: Logger.Level
    let label: String
    let message: String
    /// Sorted by their keys, which differ.
    let fields: [Field]
    let date: Date

    /// - Parameter metadata: where two have the same key, that of the later one counts.
    init(level: Logger.Level, label: String, message: String, metadata: Logger.Metadata?..., date: Date) {
        self.level = level
        self.label = label
        self.message = message
        self.date = date
        var fields: [Field] = []
        fields.reserveCapacity(metadata.reduce(0) { $0 + ($1?.count ?? 0) })
        for case let part? in metadata.reversed() where !part.isEmpty {
            let known = fields.count
            for (key, value) in part where !fields[..<known].contains(where: { $0.key == key }) {
                fields.append((key, value))
            }
        }
        fields.sort { $0.key < $1.key }
        self.fields = fields
    }

    /// With a line break at its end.
    func bytes(_ format: Settings.LogFormat) -> [UInt8] {
        format == .json ? json : plain
    }

    private var plain: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: Timestamp.format(date).utf8)
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: level.rawValue.utf8)
        for _ in level.rawValue.utf8.count...8 { bytes.append(UInt8(ascii: " ")) }
        bytes.append(contentsOf: label.utf8)
        bytes.append(contentsOf: ": ".utf8)
        Self.append(message, to: &bytes)
        for field in fields {
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: Self.shortened(field.key).utf8)
            bytes.append(UInt8(ascii: "="))
            Self.append(Self.text(field.value), to: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private var json: [UInt8] {
        var members: [String: JSONValue] = [:]
        for field in fields { members[Self.shortened(field.key)] = .string(Self.text(field.value)) }
        members["time"] = .string(Timestamp.format(date))
        members["level"] = .string(level.rawValue)
        members["label"] = .string(label)
        members["message"] = .string(message)
        return JSONValue.object(members).canonicalBytes + [UInt8(ascii: "\n")]
    }

    private static func shortened(_ key: String) -> String {
        key == "hb.request.id" ? "request" : key
    }

    private static func text(_ value: Logger.Metadata.Value) -> String {
        switch value {
        case .string(let text): text
        case .stringConvertible(let value): value.description
        default: value.description
        }
    }

    /// A line break in a value would forge the next line, and other control characters would write on a terminal.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { text in
            var start = 0
            for (index, byte) in text.enumerated() where byte < 0x20 || byte == 0x7F {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
                bytes.append(contentsOf: escape(byte).utf8)
                start = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        }
    }

    private static func escape(_ byte: UInt8) -> String {
        switch byte {
        case 0x0A: #"\n"#
        case 0x0D: #"\r"#
        default: #"\x"# + Hexadecimal.encode(byte)
        }
    }
}
