import Foundation
package import Logging
import NPSModel

/// Writes each event as one line, for people or as JSON, without ever blocking the caller.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: Settings.LogFormat
    private let output: LogOutput

    package init(label: String, level: Logger.Level, format: Settings.LogFormat, output: LogOutput) {
        self.label = label
        self.logLevel = level
        self.format = format
        self.output = output
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        let moment = Date()
        output.write(
            format == .json
                ? jsonLine(event, all, at: moment) : textLine(event, all, at: moment)
        )
    }

    private func textLine(_ event: LogEvent, _ metadata: Logger.Metadata, at moment: Date) -> String {
        let fields = metadata.sorted { $0.key < $1.key }.map {
            " \(Self.shortened($0.key))=\(Self.oneLine("\($0.value)"))"
        }
        let level = event.level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
        return
            "\(Timestamp.format(moment)) \(level) \(label): \(Self.oneLine(event.message.description))\(fields.joined())"
    }

    private func jsonLine(_ event: LogEvent, _ metadata: Logger.Metadata, at moment: Date) -> String {
        var members: [String: String] = [:]
        for (key, value) in metadata { members[Self.shortened(key)] = "\(value)" }
        members["time"] = Timestamp.format(moment)
        members["level"] = event.level.rawValue
        members["label"] = label
        members["message"] = event.message.description
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
        text.contains { $0.isNewline } ? text.replacing("\n", with: "\\n").replacing("\r", with: "\\r") : text
    }
}
