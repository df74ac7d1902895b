import AsyncHTTPClient
import Foundation
package import Logging
import NIOCore
import NIOHTTP1
package import NPSModel
import Synchronization

/// # PlanhatAPI
///
/// The six NPS operations of the Planhat API, typed. Tolerant in what it reads, strict about what an answer proves: an
/// operation that didn't certainly succeed throws a ``PlanhatError``, whose case says what may be done next. Nothing is
/// retried here, redirects are not followed, and the token is sent only over https or to this machine.
package final class PlanhatClient: Sendable {
    package struct Configuration: Sendable {
        /// `https://api.planhat.com`, or the region's; a path in front of `/nps` is kept.
        package let baseURL: String
        let token: String
        package var connectTimeout: Duration = .seconds(10)
        /// From the request's first byte to the answer's last; a bulk upsert gets 10 ms more for each item.
        package var timeout: Duration = .seconds(30)
        /// Whether requests with a ``SendPermit`` are to be made: then connections get room for a whole one.
        package var sendsAtOnce = false

        package init(baseURL: String, token: String) {
            self.baseURL = baseURL
            self.token = token
        }

        /// The time limit of a bulk upsert.
        package func timeLimit(upserting items: Int) -> Duration {
            Operation.upsert(items: items).timeout(timeout)
        }
    }

    /// Planhat's own limit on a bulk upsert.
    package static let bulkLimit = 5_000

    private let base: String
    /// With the port, where the address has one.
    private let host: String
    private let token: String
    private let timeout: Duration
    private let http: HTTPClient
    private let logger: Logger
    private let lastRateLimit = Mutex<RateLimit?>(nil)
    private let connections: ConnectionCount

    package init(configuration: Configuration, logger: Logger) throws(PlanhatError) {
        base = try Endpoint.checked(configuration.baseURL)
        host = Endpoint.host(of: base)
        guard !configuration.token.isEmpty, configuration.token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .invalidRequest("planhat.token must be printable text without spaces.")
        }
        token = configuration.token
        timeout = configuration.timeout
        self.logger = logger
        var http = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        http.timeout.connect = TimeAmount(configuration.connectTimeout)
        http.httpVersion = .http1Only
        // Retries are the caller's decision: a connection that fails is reported at once.
        http.connectionPool.retryConnectionEstablishment = false
        let (unacknowledged, sendsAtOnce) = (configuration.timeout, configuration.sendsAtOnce)
        let connections = ConnectionCount()
        self.connections = connections
        http.http1_1ConnectionDebugInitializer = { channel in
            connections.add(channel)
            let isLimited = Self.limitSending(channel, to: unacknowledged)
            guard sendsAtOnce else { return isLimited }
            return isLimited.flatMap { channel.setOption(.socketOption(.so_sndbuf), value: Self.sendBuffer) }
        }
        self.http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
    }

    /// Makes the kernel give up what the other side hasn't acknowledged for so long. By default it would go on for a
    /// quarter of an hour, also after this process has died, and deliver a request after its repetition.
    static func limitSending(_ channel: any Channel, to limit: Duration) -> EventLoopFuture<Void> {
        let option = ChannelOptions.Types.SocketOption(level: .tcp, name: userTimeout)
        return channel.setOption(option, value: Int(min(max(limit / .milliseconds(1), 1_000), Double(CInt.max))))
    }

    /// In bytes: what Linux lets any program ask for (`net.core.wmem_max`), and twice as much as it takes at once.
    private static let sendBuffer = 212_992

    /// `TCP_USER_TIMEOUT` of Linux (RFC 5482), which NIO has no name for.
    static let userTimeout = NIOBSDSocket.Option(rawValue: 18)

    /// Closes the connections. Call it once, after the last request.
    package func shutdown() async {
        try? await http.shutdown()
    }

    /// What the last answer said about the rate limit; nil when it said nothing.
    package var rateLimit: RateLimit? { lastRateLimit.withLock { $0 } }
}

extension PlanhatClient {
    /// `POST /nps`. Safe to send once; after an ambiguous outcome only ``upsert(_:_:trace:)`` is.
    ///
    /// - Parameter trace: what the request belongs to; nil for a trace of its own.
    package func create(
        _ draft: RecordDraft,
        trace: TraceContext? = nil
    ) async throws(PlanhatError) -> NPSRecord {
        try APIResponse.record(of: await send(.create, body: draft.json, trace: trace))
    }

    /// `PUT /nps/{id}`: changes the properties that the draft has, keeps the rest.
    package func update(_ id: RecordID, _ draft: RecordDraft) async throws(PlanhatError) -> NPSRecord {
        try APIResponse.record(of: await send(.update(id), body: draft.json))
    }

    /// `GET /nps/{id}`
    package func get(_ id: RecordID) async throws(PlanhatError) -> NPSRecord {
        try APIResponse.record(of: await send(.get(id)))
    }

    /// `GET /nps`
    package func list(_ query: ListQuery) async throws(PlanhatError) -> [NPSRecord] {
        try APIResponse.records(of: await send(.list(query)))
    }

    /// `DELETE /nps/{id}`. Safe to repeat.
    package func delete(_ id: RecordID) async throws(PlanhatError) -> Deletion {
        Deletion(try APIResponse.success(of: await send(.delete(id))))
    }

    /// `PUT /nps`: matches records by `sourceId`, creates those that don't exist. Safe to repeat when every draft has a
    /// `sourceId`.
    ///
    /// - Parameters:
    ///   - permit: asked in the last moment; without it, nothing is sent and ``PlanhatError/notSent(_:)`` is thrown.
    ///   - trace: what the request belongs to; nil for a trace of its own.
    package func upsert(
        _ drafts: [RecordDraft],
        _ permit: SendPermit? = nil,
        trace: TraceContext? = nil
    ) async throws(PlanhatError) -> BulkResult {
        guard !drafts.isEmpty else { throw .invalidRequest("A bulk upsert needs at least one item.") }
        guard drafts.count <= Self.bulkLimit else {
            throw .invalidRequest("A bulk upsert takes at most 5,000 items; this one has \(drafts.count).")
        }
        let body = JSONValue.array(drafts.map(\.json))
        return try APIResponse.bulk(of: await send(.upsert(items: drafts.count), body: body, permit, trace: trace))
    }
}

extension PlanhatClient {
    /// Sends one request and returns the answer, whatever its status. Throws only when no answer came.
    private func send(
        _ operation: Operation,
        body: JSONValue? = nil,
        _ permit: SendPermit? = nil,
        trace: TraceContext? = nil
    ) async throws(PlanhatError) -> APIResponse {
        var request = try request(operation, body: body)
        let trace = trace ?? .new()
        request.headers.add(name: "traceparent", value: trace.header)
        let guarded = try permit.map { permit throws(PlanhatError) in
            try GuardedBody(body?.canonicalBytes ?? [], permit)
        }
        if let guarded { request.body = .bytes(guarded, length: .known(Int64(guarded.count))) }
        let deadline = NIODeadline.now() + TimeAmount(operation.timeout(timeout))
        let start = connections.now
        do {
            let response = try await http.execute(request, deadline: deadline)
            note(response.headers)
            let bytes = try await collect(response.body, atMost: operation.answerLimit, by: deadline)
            logger.debug(
                "planhat answered",
                metadata: [
                    "operation": "\(operation.name)", "status": "\(response.status.code)",
                    "trace": "\(trace.traceID)",
                ]
            )
            return APIResponse(
                operation: operation,
                status: Int(response.status.code),
                contentType: response.headers.first(name: "Content-Type") ?? "",
                retryAfter: response.headers.first(name: "Retry-After"),
                body: Data(bytes.readableBytesView),
                sent: body,
                token: token
            )
        } catch {
            if let guarded, guarded.wasHeldBack { throw .heldBack }
            let wasConnected = connections.wasConnected(since: start)
            throw TransportFailure.sorted(
                error,
                isWrite: operation.isWrite,
                wasConnected: wasConnected,
                host: host
            )
        }
    }

    private func request(_ operation: Operation, body: JSONValue?) throws(PlanhatError) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: base + (try operation.path()))
        request.method = operation.method
        request.headers.add(name: "Authorization", value: "Bearer " + token)
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "nps-collector")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.canonical))
        }
        return request
    }

    /// AsyncHTTPClient's own deadline ends with the answer's head: without this one, a body that never ends would
    /// keep the caller for ever.
    private func collect(
        _ body: HTTPClientResponse.Body,
        atMost limit: Int,
        by deadline: NIODeadline
    ) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
            group.addTask { try await body.collect(upTo: limit) }
            group.addTask {
                try await Task.sleep(for: .nanoseconds((deadline - .now()).nanoseconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let bytes = try await group.next().flatMap({ $0 }) else { throw HTTPClientError.deadlineExceeded }
            return bytes
        }
    }

    private func note(_ headers: HTTPHeaders) {
        guard
            let limit = headers.first(name: "X-Rate-Limit-Limit").flatMap({ Int($0) }),
            let remaining = headers.first(name: "X-Rate-Limit-Remaining").flatMap({ Int($0) })
        else {
            // A former figure would slow everything down for as long as answers carry no new one.
            lastRateLimit.withLock { $0 = nil }
            return
        }
        lastRateLimit.withLock { $0 = RateLimit(limit: limit, remaining: remaining) }
    }
}

extension PlanhatClient.Configuration: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(baseURL) (token not shown)" }
    package var customMirror: Mirror { Mirror(self, children: ["baseURL": baseURL]) }
}

extension PlanhatClient: CustomStringConvertible, CustomReflectable {
    package var description: String { "Planhat at \(base) (token not shown)" }
    package var customMirror: Mirror { Mirror(self, children: ["base": base]) }
}

/// What `DELETE /nps/{_id}` answers.
package struct Deletion: Sendable, Equatable, Codable {
    /// 0 when there was no such record; nil when the answer, though a success, doesn't say.
    package let deletedCount: Int?

    package init(deletedCount: Int?) {
        self.deletedCount = deletedCount
    }

    init(_ json: JSONValue?) {
        deletedCount = (json?["deletedCount"] ?? json?["n"]).flatMap(\.count)
    }
}

/// `X-Rate-Limit-Limit` and `X-Rate-Limit-Remaining` of the last answer.
package struct RateLimit: Sendable, Equatable {
    package let limit: Int
    package let remaining: Int
}
