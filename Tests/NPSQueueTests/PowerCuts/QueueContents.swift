import Foundation
import NPSModel

@testable import NPSQueue

/// What a queue shows of its responses and its quarantine, as far as a power cut must not change it. Times are left out,
/// and what is being sent looks as it does after the next start.
struct QueueContents: Sendable, Equatable {
    private(set) var entries: [String: String] = [:]
    private(set) var responses: [ResponseID: ResponseState] = [:]
    /// Whose next attempt has to be an upsert, and what was delivered or erased after it may have been sent.
    private(set) var mayBeAtPlanhat: Set<ResponseID> = []
    private(set) var quarantined: Set<QuarantineID> = []

    static func key(_ id: ResponseID) -> String { "response \(id)" }
    static func key(_ id: QuarantineID) -> String { "quarantine entry \(id)" }

    init() {}

    init(of queue: ResponseQueue) async throws {
        for response in try await queue.transact(Self.responses) { add(response) }
        var lastEntry: Int64?
        while case let page = try await queue.quarantine(limit: QueueFilter.maximum, after: lastEntry),
            let end = page.last
        {
            for entry in page {
                quarantined.insert(entry.id)
                let body = try await queue.quarantineEntry(entry.id)?.body
                entries[Self.key(entry.id)] = "\(entry.source) \(entry.timesSeen) \(entry.problems) \(body.hashValue)"
            }
            lastEntry = end.id.rawValue
        }
    }

    mutating func take(_ keys: [String], from other: QueueContents) {
        for key in keys { entries[key] = other.entries[key] }
    }

    /// Without bringing rows of an earlier version over, as a listing would.
    private static func responses(in transaction: inout QueueTransaction) throws -> [StoredResponse] {
        let rows = try transaction.sqlite
        let current = SQLiteRows(
            database: rows.database,
            statements: rows.statements,
            personKey: rows.personKey,
            hasFormerRows: false
        )
        let moved = try current.load(.all(after: 0, limit: 100_000))
        guard rows.hasFormerRows else { return moved }
        let former = try rows.statements.fetchAll(FormerRow.self, formerRows)
        return try moved + former.map { try $0.response(keyedBy: rows.personKey) }
    }

    private static let formerRows = Query(FormerRow.self, from: "responses ORDER BY sequence")

    private mutating func add(_ response: StoredResponse) {
        let item = QueueItem(response)
        let wasSending = item.state == .sending
        let state = wasSending ? .pending : item.state
        let reason = wasSending ? "ambiguous: the collector stopped while sending" : item.reason
        let mustUpsert = wasSending || item.mustUpsert
        let answer = "\(item.email ?? "-") \(item.score ?? -1) \(item.comment ?? "-")"
        let delivery = "upsert \(mustUpsert), \(item.planhatId ?? "-"), \(reason ?? "-")"
        var entry = "\(state) \(item.sequence) \(item.revision) \(answer) \(delivery)"
        if response.lifecycle.remote != nil { entry += " unconfirmed \(response.lifecycle.isRemoteDeletionWanted)" }
        entries[Self.key(item.id)] = entry
        responses[item.id] = state
        if mustUpsert || state == .delivered || response.lifecycle.remote != nil { mayBeAtPlanhat.insert(item.id) }
    }
}
