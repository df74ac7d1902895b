import AsyncHTTPClient
import Foundation
package import Logging
import NIOCore
import NIOHTTP1
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
        /// From the request's first byte to the answer's last.
        package var timeout: Duration = .seconds(30)

        package init(baseURL: String, token: String) {
            self.baseURL = baseURL
            self.token = token
        }
    }

    /// Planhat's own limit on a bulk upsert.
    package static let bulkLimit = 5_000

    private let base: String
    private let token: String
    private let timeout: TimeAmount
    private let http: HTTPClient
    private let seen = Mutex<RateLimit?>(nil)

    package init(configuration: Configuration, logger: Logger) throws(PlanhatError) {
        base = try Endpoint.checked(configuration.baseURL)
        guard !configuration.token.isEmpty, configuration.token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .invalidRequest("planhat.token must be printable text without spaces.")
        }
        token = configuration.token
        timeout = TimeAmount(configuration.timeout)
        var http = HTTPClient.Configuration(redirectConfiguration: .disallow)
        http.timeout.connect = TimeAmount(configuration.connectTimeout)
        http.httpVersion = .http1Only
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
        try Answer.record(of: await send(.POST, "/nps", body: draft.json))
    }

    /// `PUT /nps/{id}`: changes what the draft names, keeps the rest.
    package func update(_ id: RecordID, _ draft: RecordDraft) async throws(PlanhatError) -> NPSRecord {
        try Answer.record(of: await send(.PUT, "/nps/" + id.segment(), body: draft.json))
    }

    /// `GET /nps/{id}`
    package func get(_ id: RecordID) async throws(PlanhatError) -> NPSRecord {
        try Answer.record(of: await send(.GET, "/nps/" + id.segment()))
    }

    /// `GET /nps`
    package func list(_ query: ListQuery) async throws(PlanhatError) -> [NPSRecord] {
        try Answer.records(of: await send(.GET, "/nps" + query.queryString, isCollection: true))
    }

    /// `DELETE /nps/{id}`
    package func delete(_ id: RecordID) async throws(PlanhatError) -> Deletion {
        Deletion(try Answer.success(of: await send(.DELETE, "/nps/" + id.segment())))
    }

    /// `PUT /nps`: matches by `sourceId`, creates what isn't there. Harmless to repeat.
    package func upsert(_ drafts: [RecordDraft]) async throws(PlanhatError) -> BulkResult {
        guard !drafts.isEmpty else { throw .invalidRequest("A bulk upsert needs at least one item.") }
        guard drafts.count <= Self.bulkLimit else {
            throw .invalidRequest("A bulk upsert takes at most 5,000 items; this one has \(drafts.count).")
        }
        let answer = try await send(.PUT, "/nps", body: .array(drafts.map(\.json)), isCollection: true)
        return try Answer.bulk(of: answer)
    }

    private func send(
        _ method: HTTPMethod,
        _ path: String,
        body: JSONValue? = nil,
        isCollection: Bool = false
    ) async throws(PlanhatError) -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer " + token)
        request.headers.add(name: "Accept", value: "application/json")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.canonical))
        }
        do {
            let response = try await http.execute(request, deadline: .now() + timeout)
            note(response.headers)
            // An answer longer than this is none of the API's.
            let bytes = try await response.body.collect(upTo: 64 << 20)
            return Answer(
                status: Int(response.status.code),
                contentType: response.headers.first(name: "Content-Type") ?? "",
                retryAfter: response.headers.first(name: "Retry-After"),
                body: Data(bytes.readableBytesView),
                isWrite: method != .GET,
                isCollection: isCollection || method == .POST
            )
        } catch {
            throw TransportFailure.sorted(error, isWrite: method != .GET)
        }
    }

    private func note(_ headers: HTTPHeaders) {
        guard
            let limit = headers.first(name: "X-Rate-Limit-Limit").flatMap({ Int($0) }),
            let remaining = headers.first(name: "X-Rate-Limit-Remaining").flatMap({ Int($0) })
        else { return }
        seen.withLock { $0 = RateLimit(limit: limit, remaining: remaining) }
    }
}

extension PlanhatClient.Configuration: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(baseURL) (token not shown)" }
    package var customMirror: Mirror { Mirror(self, children: ["baseURL": baseURL]) }
}
