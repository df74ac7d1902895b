import Logging

extension Settings {
    /// Sends every log line of the program to `output`; to be called once, before the first logger is made.
    package func bootstrapLogging(to output: LogOutput) {
        let log = self.log
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, level: log.level, format: log.format, output: output)
        }
    }
}
