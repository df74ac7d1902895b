import Foundation
import Logging
import NPSModel

/// One event as one line, for people or as JSON.
struct LogLine {
    let level: Logger.Level
    let label: String
    let message: String
    let metadata: Logger.Metadata
    let date: Date

    /// Without a line break at its end.
    func text(_ format: Settings.LogFormat) -> String {
        format == .json ? json : plain
    }

    private var plain: String {
        let fields = metadata.sorted { $0.key < $1.key }.map {
            " \(Self.shortened($0.key))=\(Self.oneLine("\($0.value)"))"
        }
        let level = level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
        return "\(Timestamp.format(date)) \(level) \(label): \(Self.oneLine(message))\(fields.joined())"
    }

    private var json: String {
        var members: [String: String] = [:]
        for (key, value) in metadata { members[Self.shortened(key)] = "\(value)" }
        members["time"] = Timestamp.format(date)
        members["level"] = level.rawValue
        members["label"] = label
        members["message"] = message
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(members) else { return "{}" }
        return String(decoding: line, as: UTF8.self)
    }

    private static func shortened(_ key: String) -> String {
        key == "hb.request.id" ? "request" : key
    }

    /// A line break in a value would forge the next line.
    private static func oneLine(_ text: String) -> String {
        text.replacing(byte: UInt8(ascii: "\n"), with: "\\n").replacing(byte: UInt8(ascii: "\r"), with: "\\r")
    }
}
