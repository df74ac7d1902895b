import HTTPTypes
import Logging
import NIOCore
import NPSWebhooks

/// How one request is answered on its connection, once it has wholly arrived.
struct DirectRoute: Sendable {
    enum Work: Sendable {
        /// The request has no body, and the answer is there.
        case ready(HTTPAnswer)
        /// Makes the answer from the body. What it logs carries the request's id.
        case reading(@Sendable (ByteBuffer, RequestLogger) async -> HTTPAnswer)
        /// The same, from the client certificate of the connection as well.
        case identifying(@Sendable (ByteBuffer, ClientCertificate?, RequestLogger) async -> HTTPAnswer)
    }

    /// As the router writes it, for the access log.
    let template: String
    let work: Work
    /// Asked once, when the request hasn't arrived with one read: whether the rest of its body is worth waiting for. If not,
    /// the router refuses the request for its head.
    var awaitsBody: @Sendable () -> Bool = { true }
}

/// The requests that a listener's connections answer by themselves, because they come often and need little: probes, forms
/// that are opened, and deliveries of webhooks. Everything else, and each of these that has anything unusual about it, goes to the router, whose
/// answers are the same.
struct DirectRoutes: Sendable {
    /// Nil when the router has to answer.
    typealias Finding = @Sendable (HTTPRequest, Connection) -> DirectRoute?

    private let finding: [Finding]
    private let forwarding: UntrustedForwarding?
    let log: AccessLog
    /// What counts refusals.
    let edge: EdgeCounters
    let logger: Logger
    /// What is added to each answer.
    let fields: HTTPFields

    /// - Parameters:
    ///   - finding: asked in turn.
    ///   - edge: what counts refusals.
    ///   - fields: what is added to each answer.
    ///   - forwarding: nil where nobody is to be told of unknown proxies.
    init(
        _ finding: [Finding],
        log: AccessLog,
        edge: EdgeCounters = .none,
        fields: HTTPFields = [:],
        forwarding: UntrustedForwarding? = nil,
        logger: Logger
    ) {
        self.finding = finding
        self.forwarding = forwarding
        self.logger = logger
        self.log = log
        self.edge = edge
        self.fields = fields
    }

    /// - Returns: nil when the router has to answer.
    func route(for head: HTTPRequest, on connection: Connection) -> DirectRoute? {
        guard head.authority != nil, !head.headerFields.contains(where: { Self.isUnusual($0) }) else { return nil }
        for find in finding {
            guard let route = find(head, connection) else { continue }
            forwarding?.note(head.headerFields, from: connection.peer)
            return route
        }
        return nil
    }

    /// Below what a route has to stand in this path: the base path if the path begins with it, otherwise nothing, as a
    /// proxy may have stripped it. Never both: below the base path `/s`, `/s/s/TOKEN` is a link and not the score of one.
    ///
    /// - Parameter basePath: of the public address; empty or `/a/b`.
    static func prefix(of path: String, basePath: String) -> String {
        guard path.utf8.starts(with: basePath.utf8) else { return "" }
        let next = path.utf8.dropFirst(basePath.utf8.count).first
        return next == nil || next == UInt8(ascii: "/") ? basePath : ""
    }

    private static func isUnusual(_ field: HTTPField) -> Bool {
        switch field.name {
        case .transferEncoding, .contentEncoding, .expect: true
        case .connection: field.value == "close"
        default: false
        }
    }
}
