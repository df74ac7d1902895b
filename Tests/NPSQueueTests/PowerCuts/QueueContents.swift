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
        var last: Int64?
        while case let page = try await queue.list(QueueFilter(limit: QueueFilter.maximum, after: last)),
            let end = page.last
        {
            for item in page { add(item) }
            last = end.sequence
        }
        var lastErasure: Int64?
        while case let page = try await queue.unconfirmedErasures(after: lastErasure, limit: QueueFilter.maximum),
            let end = page.last
        {
            for erasure in page {
                entries[Self.key(erasure.id), default: ""] += " unconfirmed \(erasure.isRemoteDeletionWanted)"
                mayBeAtPlanhat.insert(erasure.id)
            }
            lastErasure = end.sequence
        }
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

    private mutating func add(_ item: QueueItem) {
        let wasSending = item.state == .sending
        let state = wasSending ? .pending : item.state
        let reason = wasSending ? "ambiguous: the collector stopped while sending" : item.reason
        let mustUpsert = wasSending || item.mustUpsert
        let answer = "\(item.email ?? "-") \(item.score ?? -1) \(item.comment ?? "-")"
        let delivery = "upsert \(mustUpsert), \(item.planhatId ?? "-"), \(reason ?? "-")"
        entries[Self.key(item.id)] = "\(state) \(item.sequence) \(item.revision) \(answer) \(delivery)"
        responses[item.id] = state
        if mustUpsert || state == .delivered { mayBeAtPlanhat.insert(item.id) }
    }
}
