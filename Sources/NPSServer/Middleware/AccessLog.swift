import HTTPTypes
import Hummingbird
import Logging

/// One line per request: method, route template, status, duration and id. Never the path itself, the query, an address
/// or a header: survey links and tokens live in those.
struct AccessLog {
    /// The listener's name in it.
    let listener: String

    /// - Parameter id: the request's; nil where the logger's metadata has it.
    func write(
        _ method: HTTPRequest.Method,
        route: String,
        status: HTTPResponse.Status,
        since start: ContinuousClock.Instant,
        id: RequestID?,
        to logger: Logger
    ) {
        let duration = (ContinuousClock.now - start).components
        let microseconds = duration.seconds * 1_000_000 + duration.attoseconds / 1_000_000_000_000
        var metadata: Logger.Metadata = [
            "listener": .string(listener),
            "method": .string(Self.known(method)),
            "route": .string(route),
            "status": .stringConvertible(status.code),
            "us": .stringConvertible(microseconds),
        ]
        if let id { metadata[Self.requestID] = .stringConvertible(id) }
        logger.info("request", metadata: metadata)
    }

    /// Hummingbird's key of the request's id.
    static let requestID = "hb.request.id"

    /// The method is text from the sender, too.
    private static func known(_ method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .head, .post, .put, .delete, .options, .patch: method.rawValue
        default: "other"
        }
    }
}
