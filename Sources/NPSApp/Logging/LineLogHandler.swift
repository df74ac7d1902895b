import Foundation
package import Logging

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
        let line = LogLine(
            level: event.level,
            label: label,
            message: event.message.description,
            metadata: metadata,
            metadataProvider?.get(),
            event.metadata,
            date: Date()
        )
        output.write(line.bytes(format), level: event.level)
    }
}
