import Foundation
import NPSDelivery
import NPSModel
package import NPSQueue
package import PlanhatAPI

/// Deletes the delivered records of erased people at Planhat, one after the other, at the pace of the settings, and
/// proves each deletion.
///
/// A record is gone when Planhat finds nothing by its own id and by ours; what it answers to a `DELETE` is no proof. As
/// several records can have one `sourceId`, whatever is found is deleted, too. Planhat may show a record for a while
/// after its deletion, so one that doesn't go away is looked for again after growing waits. A deletion may be repeated,
/// so a request whose outcome is unknown is retried.
package struct RemoteErasure: Sendable {
    package enum Result: Sendable, Equatable {
        case deleted
        case alreadyGone
        /// The reason, without personal data.
        case failed(String)
        /// Nothing can be deleted until a person changes something, so there is no point in going on.
        case stopped(String)
    }

    private enum Reply<Value: Sendable> {
        case answered(Value)
        case missing
        /// For what was asked.
        case rejected(String)
        case ended(Result)
    }

    /// What a round of deletions did.
    private enum Deleting {
        case deleted
        /// A success that doesn't say of how many.
        case applied
        case nothing
        case refused(String)
        case ended(Result)
    }

    private static let tries = 4
    /// In seconds, between the looks for a record that doesn't go away.
    static let waits: [TimeInterval] = [1, 2, 4, 8, 16, 32]
    /// Records with one `sourceId`.
    static let mostDuplicates = 100
    /// In seconds. A response waits no longer until a late request can't bring it back (`Erasure.Remote`); more is left
    /// only when the clock was set back.
    private static let longestWait: TimeInterval = 120

    private let delete: @Sendable (RecordID) async throws(PlanhatError) -> Deletion
    /// Throws `notFound` when there is no such record.
    private let find: @Sendable (RecordID) async throws(PlanhatError) -> NPSRecord
    private let quota: @Sendable () -> RateLimit?
    private let onRequest: @Sendable () -> Void
    private let now: @Sendable () -> Date
    private let sleep: @Sendable (TimeInterval) async throws -> Void
    private var pace: Pace

    /// - Parameters:
    ///   - share: the part of the requests a minute that it may take.
    ///   - onRequest: called before each request.
    package init(
        client: PlanhatClient,
        requestsPerMinute: Int,
        share: Double,
        onRequest: @escaping @Sendable () -> Void = {}
    ) {
        self.init(
            requestsPerMinute: requestsPerMinute,
            share: share,
            delete: { id throws(PlanhatError) in try await client.delete(id) },
            find: { id throws(PlanhatError) in try await client.get(id) },
            quota: { client.rateLimit },
            onRequest: onRequest,
            now: { Date() },
            sleep: { try await Task.sleep(for: .seconds($0)) }
        )
    }

    init(
        requestsPerMinute: Int,
        share: Double = 1,
        delete: @escaping @Sendable (RecordID) async throws(PlanhatError) -> Deletion,
        find: @escaping @Sendable (RecordID) async throws(PlanhatError) -> NPSRecord,
        quota: @escaping @Sendable () -> RateLimit? = { nil },
        onRequest: @escaping @Sendable () -> Void = {},
        now: @escaping @Sendable () -> Date,
        sleep: @escaping @Sendable (TimeInterval) async throws -> Void
    ) {
        pace = Pace(requestsPerMinute: requestsPerMinute, share: share)
        self.delete = delete
        self.find = find
        self.quota = quota
        self.onRequest = onRequest
        self.now = now
        self.sleep = sleep
    }

    /// Waits until the record may be deleted, then deletes it and proves that it is gone.
    ///
    /// - Throws: only what `sleep` throws, when the task is cancelled.
    package mutating func delete(_ remote: Erasure.Remote) async throws -> Result {
        if let wait = remote.deletableFrom?.timeIntervalSince(now()), wait > 0 {
            try await sleep(min(wait, Self.longestWait))
        }
        var ids = (remote.planhatId.map { [RecordID.planhat($0)] } ?? []) + [.source(remote.id.rawValue)]
        var seen = Set(ids)
        var waits = Self.waits[...]
        var (isDeleted, duplicates) = (false, 0)
        while true {
            var hasDeleted = false
            var refusal: String?
            switch try await deleteFirst(of: ids) {
            case .deleted: (isDeleted, hasDeleted) = (true, true)
            case .applied: isDeleted = true
            case .nothing: break
            case .refused(let why): refusal = why
            case .ended(let result): return result
            }
            let found: NPSRecord
            switch try await look(for: remote) {
            case .answered(let record): found = record
            case .missing: return isDeleted ? .deleted : .alreadyGone
            case .rejected(let why): return .failed(why)
            case .ended(let result): return result
            }
            let id = found.ownID(for: remote)
            ids = (id.map { [$0] } ?? []) + [.source(remote.id.rawValue)]
            // Without an id, only a deletion that worked tells that this may be another one.
            if id.map({ seen.insert($0).inserted }) ?? hasDeleted {
                duplicates += 1
                guard duplicates <= Self.mostDuplicates else { return .failed(Self.tooMany) }
                waits = Self.waits[...]
            } else {
                if let refusal { return .failed(refusal) }
                guard let wait = waits.popFirst() else { return .failed(found.whyItStays(for: remote)) }
                try await sleep(wait)
            }
        }
    }

    private static let tooMany =
        "Planhat has more than \(mostDuplicates) records of this response: run the command again."

    /// Deletes by the first of the ids that Planhat knows.
    private mutating func deleteFirst(of ids: [RecordID]) async throws -> Deleting {
        let delete = delete
        var refusal: String?
        for id in ids {
            switch try await ask({ () async throws(PlanhatError) in try await delete(id) }) {
            case .answered(let deletion):
                guard let count = deletion.deletedCount else { return .applied }
                if count > 0 { return .deleted }
            case .missing: break
            case .rejected(let why): refusal = why
            case .ended(let result): return .ended(result)
            }
        }
        return refusal.map(Deleting.refused) ?? .nothing
    }

    /// By our id and by Planhat's, since either alone may find nothing while the other does.
    private mutating func look(for remote: Erasure.Remote) async throws -> Reply<NPSRecord> {
        let find = find
        let id = RecordID.source(remote.id.rawValue)
        let bySource = try await ask({ () async throws(PlanhatError) in try await find(id) })
        guard case .missing = bySource, let planhatId = remote.planhatId else { return bySource }
        let byID = try await ask({ () async throws(PlanhatError) in try await find(.planhat(planhatId)) })
        // Of a contact's id, Planhat may show whichever of the contact's records is the latest.
        if case .answered(let record) = byID, record.ownID(for: remote) == nil { return .missing }
        return byID
    }

    /// Waits for the next request that the pace allows, and counts it.
    private mutating func takeTurn() async throws {
        let wait = pace.ready(at: now()).timeIntervalSince(now())
        if wait > 0 { try await sleep(wait) }
        pace.spend(at: now())
        onRequest()
    }

    private mutating func ask<Value: Sendable>(
        _ request: () async throws(PlanhatError) -> Value
    ) async throws -> Reply<Value> {
        var last = PlanhatError.notFound
        for attempt in 1...Self.tries {
            try await takeTurn()
            do throws(PlanhatError) {
                let value = try await request()
                observeQuota()
                return .answered(value)
            } catch {
                observeQuota()
                last = error
            }
            switch last {
            case .notFound: return .missing
            case .rejected, .invalidRequest: return .rejected(last.description)
            case .refused: return .ended(.stopped(last.description))
            case .rateLimited(let seconds) where attempt < Self.tries: try await sleep(min(max(seconds ?? 60, 1), 120))
            case .unavailable(let seconds) where attempt < Self.tries: try await sleep(min(max(seconds, 1), 120))
            case .notSent, .ambiguous, .rateLimited, .unavailable:
                if attempt < Self.tries { try await sleep(Double(attempt)) }
            }
        }
        return .ended(.failed(last.description))
    }

    private mutating func observeQuota() {
        pace.observe(quota().map { Pace.Quota(limit: $0.limit, remaining: $0.remaining) })
    }
}

extension NPSRecord {
    /// The id by which to delete it. Nil when it may be another response's record, or doesn't tell its own id: in get,
    /// `_id` is probably the contact's.
    fileprivate func ownID(for remote: Erasure.Remote) -> RecordID? {
        if let recordId, recordId == remote.planhatId { return .planhat(recordId) }
        guard sourceId == remote.id.rawValue, let id = json["npsId"]?.string, !id.isEmpty else { return nil }
        return .planhat(id)
    }

    fileprivate func whyItStays(for remote: Erasure.Remote) -> String {
        guard sourceId == remote.id.rawValue || recordId == remote.planhatId else {
            return "Planhat shows another record under this id, so it proves nothing: look for it there by hand."
        }
        return
            "Planhat still shows the record a minute after its deletion: try again later, or delete it there by hand."
    }
}
