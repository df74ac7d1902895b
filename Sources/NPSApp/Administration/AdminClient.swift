import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
package import NPSModel
package import NPSQueue
package import NPSServer

/// Talks to the admin listener of the running collector: only that process opens the queue's file, every other asks it.
package struct AdminClient: Sendable {
    /// Lives as long as the program. Fails at once when nothing listens, instead of retrying for 30 s.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.timeout.connect = patience
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private let base: String
    private let token: String?
    /// Where that was given.
    private let tokenOrigin: String

    package init(settings: Settings) {
        let host = settings.admin.host
        base = "http://" + (host.contains(":") ? "[\(host)]" : host) + ":\(settings.admin.port)"
        token = settings.admin.token
        tokenOrigin = settings.report.entries.first { $0.key == Setting.adminToken.key }?.origin ?? "default"
    }

    package func status() async throws(AdminError) -> StatusReport {
        try await get("/queue/status")
    }

    /// - Parameter person: whose responses; nil for everybody's.
    package func responses(
        of person: EmailAddress? = nil,
        state: ResponseState?,
        limit: Int,
        after: Int64?
    ) async throws(AdminError) -> [QueueItem] {
        if let person {
            let request = SearchRequest(email: person.address, state: state, limit: limit, after: after)
            return try await post("/queue/search", request)
        }
        var query = "?limit=\(limit)"
        if let state { query += "&state=\(state.rawValue)" }
        if let after { query += "&after=\(after)" }
        return try await get("/queue/responses" + query)
    }

    package func response(_ id: ResponseID) async throws(AdminError) -> QueueItem {
        try await get("/queue/responses/\(id.rawValue)")
    }

    /// Those of the responses that a person has given; at most `QueueFilter/maximum` at once.
    package func answered(_ ids: [ResponseID]) async throws(AdminError) -> [AnsweredResponse] {
        try await post("/queue/answered", Selection(ids: ids))
    }

    /// Does as much as the collector can do in time; `RetryProgress/next` says where to continue.
    package func retry(_ request: RetryRequest) async throws(AdminError) -> RetryProgress {
        try await post("/queue/retry", request)
    }

    package func receipts(before: Int64?, limit: Int) async throws(AdminError) -> [Receipt] {
        try await get("/queue/receipts?limit=\(limit)" + (before.map { "&before=\($0)" } ?? ""))
    }

    /// Whether the response was delivered with this content.
    package func delivered(_ id: ResponseID, as contentDigest: String) async throws(AdminError) -> Bool {
        let request = ComparisonRequest(id: id, contentDigest: contentDigest)
        let result: ReceiptMatch = try await post("/queue/receipts/compare", request)
        return result.matches
    }

    /// The collector leaves half of its requests to the caller for so many seconds; 0 gives them back.
    package func share(forSeconds seconds: Double) async throws(AdminError) {
        let _: ShareRequest = try await post("/queue/share", ShareRequest(seconds: seconds))
    }

    /// Covers as much of the quarantine as the collector can search in time; `ErasureResponse/next` says where to
    /// continue.
    package func erase(_ request: ErasureRequest) async throws(AdminError) -> ErasureResponse {
        try await post("/queue/erase", request)
    }

    /// Erased responses of which Planhat may still have a record.
    ///
    /// - Parameter after: the sequence number of the last one of the previous page; nil for the first page.
    package func unconfirmedErasures(after: Int64?, limit: Int) async throws(AdminError) -> [UnconfirmedErasure] {
        try await get("/queue/erase/unconfirmed?limit=\(limit)" + (after.map { "&after=\($0)" } ?? ""))
    }

    /// Tells the collector that these records are deleted at Planhat, too.
    package func confirmErasure(_ ids: [ResponseID]) async throws(AdminError) -> Int {
        let changed: Changed = try await post("/queue/erase/confirm", Selection(ids: ids))
        return changed.count
    }

    /// Has the collector begin a backup, which goes on by itself.
    package func beginBackup(to file: String) async throws(AdminError) -> BackupState {
        try await post("/queue/backup", BackupRequest(file: file))
    }

    /// How far the last backup is that was begun.
    package func backup() async throws(AdminError) -> BackupState {
        try await get("/queue/backup")
    }

    /// The score of what was answered. Without days it is of about a year.
    package func statistics(_ selection: TallySelection) async throws(AdminError) -> StatisticsReport {
        try await get("/queue/stats" + Self.query(selection))
    }

    /// The counts that the score is computed from, by day.
    package func tallies(_ selection: TallySelection) async throws(AdminError) -> [TallyRow] {
        try await get("/queue/tallies" + Self.query(selection))
    }

    static func query(_ selection: TallySelection) -> String {
        let values = [
            ("from", selection.first?.text ?? ""), ("to", selection.last?.text ?? ""),
            ("survey", selection.survey.field),
            ("source", selection.source ?? ""), ("campaign", selection.campaign.field),
        ]
        let items = values.filter { !$0.1.isEmpty }.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }
        return items.isEmpty ? "" : "?" + items.joined(separator: "&")
    }

    /// What operators did, the last first.
    ///
    /// - Parameter before: the number of the last one of the previous page; nil for the first page.
    package func audit(
        _ action: AuditEntry.Action?,
        before: Int64?,
        limit: Int
    ) async throws(AdminError) -> [AuditEntry] {
        var query = "?limit=\(limit)"
        if let action { query += "&action=\(action.rawValue)" }
        if let before { query += "&before=\(before)" }
        return try await get("/queue/audit" + query)
    }

    package func quarantine(limit: Int, after: QuarantineID?) async throws(AdminError) -> [QuarantineEntry] {
        try await get("/quarantine?limit=\(limit)" + (after.map { "&after=\($0.rawValue)" } ?? ""))
    }

    package func quarantineEntry(_ id: QuarantineID) async throws(AdminError) -> QuarantineEntry {
        try await get("/quarantine/\(id.rawValue)")
    }

    /// The outcomes of as many of the ids as the collector can try in time, in their order; at least one.
    package func replay(_ request: ReplayRequest) async throws(AdminError) -> [ReplayOutcome] {
        try await post("/quarantine/replay", request)
    }

    package func discard(_ ids: [QuarantineID]) async throws(AdminError) -> Int {
        let changed: Changed = try await post("/quarantine/discard", Selection(ids: ids))
        return changed.count
    }

    /// Why a response that arrived now would not be stored; nil when it would be.
    package func readinessProblem() async throws(AdminError) -> String? {
        let answer = try await send(.GET, "/readyz", body: nil)
        return Self.readinessProblem(status: answer.status, body: answer.body)
    }

    static func readinessProblem(status: Int, body: Data) -> String? {
        struct Report: Decodable {
            let queue: String
            /// Nil from an earlier version.
            let certificates: [String]?
        }
        guard status != 200 else { return nil }
        let report = try? JSONDecoder().decode(Report.self, from: body)
        if report?.queue == "ok", let problem = report?.certificates?.first { return problem }
        return report?.queue ?? "/readyz on its admin listener answers with status \(status) and no reason."
    }

    private func get<Value: Decodable>(_ path: String) async throws(AdminError) -> Value {
        try await decode(managed(.GET, path, body: nil))
    }

    private func post<Value: Decodable>(_ path: String, _ body: some Encodable) async throws(AdminError) -> Value {
        let data: Data
        do { data = try JSONEncoder().encode(body) } catch { throw AdminError.unreadable }
        return try await decode(managed(.POST, path, body: data))
    }

    private func decode<Value: Decodable>(_ data: Data) throws(AdminError) -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .timestamp
        do { return try decoder.decode(Value.self, from: data) } catch { throw AdminError.unreadable }
    }

    private struct Refusal: Decodable {
        let detail: String
    }

    private func managed(_ method: HTTPMethod, _ path: String, body: Data?) async throws(AdminError) -> Data {
        guard token != nil else { throw AdminError.missingToken }
        let answer = try await heard(method, path, body: body)
        guard answer.status != 401 else { throw AdminError.wrongToken(address: base, origin: tokenOrigin) }
        guard answer.status == 200 else {
            let refusal = try? JSONDecoder().decode(Refusal.self, from: answer.body)
            throw AdminError.refused(status: answer.status, detail: refusal?.detail ?? "no reason given")
        }
        return answer.body
    }

    /// While wrong tokens from this address keep the collector from looking at any, the right one waits its turn.
    private func heard(_ method: HTTPMethod, _ path: String, body: Data?) async throws(AdminError) -> Answer {
        let end = ContinuousClock.now + Self.longestTurn
        while true {
            let answer = try await send(method, path, body: body)
            guard answer.status == 429, let pause = answer.retryAfter, .now + pause < end else { return answer }
            do { try await Task.sleep(for: pause) } catch { return answer }
        }
    }

    private struct Answer {
        let status: Int
        /// Nil when the collector didn't say.
        let retryAfter: Duration?
        let body: Data
    }

    private func send(_ method: HTTPMethod, _ path: String, body: Data?) async throws(AdminError) -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "Content-Type", value: "application/json")
        // By which the audit log tells verbs from other programs.
        request.headers.add(name: "User-Agent", value: "nps-collector/" + NPSApp.version)
        if let token { request.headers.add(name: "Authorization", value: "Bearer " + token) }
        if let body { request.body = .bytes(ByteBuffer(data: body)) }
        do {
            // The request itself may take long, but a collector that runs answers this one at once.
            _ = try await Self.http.execute(HTTPClientRequest(url: base + "/livez"), timeout: Self.patience)
        } catch {
            throw AdminError.unreachable(address: base)
        }
        do {
            let response = try await Self.http.execute(request, timeout: .seconds(30))
            let bytes = try await response.body.collect(upTo: 256 * 1_048_576)
            return Answer(
                status: Int(response.status.code),
                retryAfter: response.headers.first(name: "Retry-After").flatMap { Int($0) }.map { .seconds($0) },
                body: Data(buffer: bytes)
            )
        } catch {
            throw AdminError.unanswered(address: base)
        }
    }

    /// A process on the same machine or nearby answers much sooner, and a person at a prompt waits no longer.
    private static let patience = TimeAmount.seconds(4)
    /// Five times what one wrong token costs.
    private static let longestTurn = Duration.seconds(30)
}

/// Why the running collector could not be asked.
package enum AdminError: Error, Sendable, Equatable, CustomStringConvertible {
    case unreachable(address: String)
    /// It runs, and the answer didn't come.
    case unanswered(address: String)
    case missingToken
    /// - Parameter origin: where the token was given.
    case wrongToken(address: String, origin: String)
    case refused(status: Int, detail: String)
    case unreadable

    package var description: String {
        switch self {
        case .unreachable(let address):
            "No collector answers at \(address): is \"nps-collector serve\" running, and are admin.host and admin.port its own?"
        case .unanswered(let address):
            "The collector at \(address) runs, but did not answer in time: look at its log, and whether its database answers."
        case .missingToken:
            "admin.token is missing: give the token that the running collector has, as ADMIN_TOKEN or admin.token-file."
        case .wrongToken(let address, let origin):
            """
            admin.token (from: \(origin)) isn't that of the collector at \(address): give the token that the running collector \
            has, as ADMIN_TOKEN or admin.token-file.
            """
        case .refused(let status, let detail):
            "The collector refused with status \(status): \(detail)"
        case .unreadable:
            "The collector's answer can't be read: are both programs of the same version?"
        }
    }
}
