import AsyncHTTPClient
package import Logging
import NIOCore
import NPSModel
import Synchronization

/// # PlanhatAPI
///
/// The six NPS operations of the Planhat API, typed. Tolerant in what it reads, strict about what an answer proves:
/// every failure is sorted by ``PlanhatError/disposition``, which says what may be done next. Nothing is retried here,
/// redirects are not followed, and the token leaves only over https or to this machine.
package final class PlanhatClient: Sendable {
    package struct Configuration: Sendable {
        /// `https://api.planhat.com`, or the region's; a path in front of `/nps` is kept.
        package let baseURL: String
        let token: String
        package var connectTimeout: Duration = .seconds(10)
        /// From the request's first byte to the answer's last; a bulk upsert gets 10 ms more for each item.
        package var timeout: Duration = .seconds(30)

        package init(baseURL: String, token: String) {
            self.baseURL = baseURL
            self.token = token
        }
    }

    /// Planhat's own limit on a bulk upsert.
    package static let bulkLimit = 5_000

    let base: String
    let token: String
    let timeout: Duration
    let http: HTTPClient
    let logger: Logger
    let seen = Mutex<RateLimit?>(nil)

    package init(configuration: Configuration, logger: Logger) throws(PlanhatError) {
        base = try Endpoint.checked(configuration.baseURL)
        guard !configuration.token.isEmpty, configuration.token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .invalidRequest("planhat.token must be printable text without spaces.")
        }
        token = configuration.token
        timeout = configuration.timeout
        self.logger = logger
        var http = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        http.timeout.connect = TimeAmount(configuration.connectTimeout)
        http.httpVersion = .http1Only
        // Whoever asked decides about another try; a connection that fails is reported at once.
        http.connectionPool.retryConnectionEstablishment = false
        self.http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
    }

    /// Closes the connections; to be called once, after the last request.
    package func shutdown() async {
        try? await http.shutdown()
    }

    /// What the last answer said of the rate limit; nil when none did.
    package var rateLimit: RateLimit? { seen.withLock { $0 } }
}

extension PlanhatClient {
    /// `POST /nps`. Safe to send once; after an ambiguous outcome only ``upsert(_:)`` is.
    package func create(_ draft: RecordDraft) async throws(PlanhatError) -> NPSRecord {
        try APIResponse.record(of: await send(.create, body: draft.json))
    }

    /// `PUT /nps/{id}`: changes what the draft names, keeps the rest.
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

    /// `DELETE /nps/{id}`
    package func delete(_ id: RecordID) async throws(PlanhatError) -> Deletion {
        Deletion(try APIResponse.success(of: await send(.delete(id))))
    }

    /// `PUT /nps`: matches by `sourceId`, creates what isn't there. Harmless to repeat when every draft has one.
    package func upsert(_ drafts: [RecordDraft]) async throws(PlanhatError) -> BulkResult {
        guard !drafts.isEmpty else { throw .invalidRequest("A bulk upsert needs at least one item.") }
        guard drafts.count <= Self.bulkLimit else {
            throw .invalidRequest("A bulk upsert takes at most 5,000 items; this one has \(drafts.count).")
        }
        return try APIResponse.bulk(of: await send(.upsert(items: drafts.count), body: .array(drafts.map(\.json))))
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
