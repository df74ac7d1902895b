import HTTPTypes
import Logging
import NPSModel

/// The trace that a request belongs to, where its sender or a proxy says so by `traceparent`.
enum RequestTrace {
    /// Of the request that the current task answers; nil where nobody traces it.
    @TaskLocal static var current: TraceContext?

    /// What log lines call it.
    static let key = "trace"

    /// Nil without a valid header. Two of them are none: one may be the client's own, passed on by a proxy.
    static func read(_ fields: HTTPFields) -> TraceContext? {
        var found: TraceContext?
        var isFirst = true
        for field in fields where field.name == name {
            guard isFirst else { return nil }
            isFirst = false
            found = TraceContext(field.value)
        }
        return found
    }

    private static let name = HTTPField.Name("traceparent")
}

extension Logger {
    /// The same logger, with the trace in its lines.
    func tracing(_ trace: TraceContext?) -> Logger {
        guard let trace else { return self }
        var logger = self
        logger[metadataKey: RequestTrace.key] = .string(trace.traceID)
        return logger
    }
}
