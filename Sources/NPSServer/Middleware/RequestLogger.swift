import Logging
import NPSModel

/// The logger of one request, made when there is something to say: for nearly all there is nothing but the access log's line,
/// which carries the id by itself.
struct RequestLogger: Sendable {
    private let base: Logger
    private let id: RequestID?
    private let trace: TraceContext?

    /// - Parameter logger: carries what tells the request from others already.
    init(_ logger: Logger) {
        base = logger
        id = nil
        trace = nil
    }

    init(_ logger: Logger, of id: RequestID, _ trace: TraceContext?) {
        base = logger
        self.id = id
        self.trace = trace
    }

    var logger: Logger {
        var logger = base.tracing(trace)
        if let id { logger[metadataKey: AccessLog.requestID] = .stringConvertible(id) }
        return logger
    }
}
