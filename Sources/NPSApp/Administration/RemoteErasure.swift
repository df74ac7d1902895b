import Foundation
import NPSDelivery
import NPSModel
package import NPSQueue
package import PlanhatAPI

/// Deletes the delivered records of an erased person at Planhat, one after the other, at the pace of the settings.
///
/// A deletion may be repeated, so a request whose outcome is unknown is retried. A record is gone when Planhat knows
/// neither its own id nor ours.
package struct RemoteErasure: Sendable {
    package enum Result: Sendable, Equatable {
        case deleted
        case alreadyGone
        /// The reason, without personal data.
        case failed(String)
        /// Nothing can be deleted until a person changes something, so there is no point in going on.
        case stopped(String)
    }

    private enum Reply {
        case answered(Deletion)
        case missing
        case ended(Result)
    }

    private static let tries = 4

    private let delete: @Sendable (RecordID) async throws(PlanhatError) -> Deletion
    /// Throws `notFound` when there is no such record.
    private let find: @Sendable (RecordID) async throws(PlanhatError) -> Void
    private let quota: @Sendable () -> RateLimit?
    private let now: @Sendable () -> Date
    private let sleep: @Sendable (TimeInterval) async throws -> Void
    private var pace: Pace

    package init(client: PlanhatClient, requestsPerMinute: Int) {
        self.init(
            requestsPerMinute: requestsPerMinute,
            delete: { id throws(PlanhatError) in try await client.delete(id) },
            find: { id throws(PlanhatError) in _ = try await client.get(id) },
            quota: { client.rateLimit },
            now: { Date() },
            sleep: { try await Task.sleep(for: .seconds($0)) }
        )
    }

    init(
        requestsPerMinute: Int,
        delete: @escaping @Sendable (RecordID) async throws(PlanhatError) -> Deletion,
        find: @escaping @Sendable (RecordID) async throws(PlanhatError) -> Void = { _ throws(PlanhatError) in
            throw .notFound
        },
        quota: @escaping @Sendable () -> RateLimit?,
        now: @escaping @Sendable () -> Date,
        sleep: @escaping @Sendable (TimeInterval) async throws -> Void
    ) {
        pace = Pace(requestsPerMinute: requestsPerMinute)
        self.delete = delete
        self.find = find
        self.quota = quota
        self.now = now
        self.sleep = sleep
    }

    /// Waits until the record may be deleted, then deletes it.
    ///
    /// - Throws: only what `sleep` throws, when the task is cancelled.
    package mutating func delete(_ remote: Erasure.Remote) async throws -> Result {
        if let wait = remote.deletableFrom?.timeIntervalSince(now()), wait > 0 { try await sleep(wait) }
        let ids = (remote.planhatId.map { [RecordID.planhat($0)] } ?? []) + [.source(remote.id.rawValue)]
        for id in ids {
            switch try await reply(to: id) {
            // An answer that doesn't say how many were deleted is one to a request that was applied.
            case .answered(let deletion) where deletion.deletedCount != 0: return .deleted
            case .answered, .missing: continue
            case .ended(let result): return result
            }
        }
        return try await proofOfAbsence(.source(remote.id.rawValue))
    }

    /// Planhat doesn't document `DELETE` by our ids, so that its 404 proves nothing; `GET` by them is documented.
    private mutating func proofOfAbsence(_ id: RecordID) async throws -> Result {
        try await takeTurn()
        do throws(PlanhatError) {
            try await find(id)
            return .failed("Planhat has the record, but doesn't delete it by our id: delete it there by hand.")
        } catch {
            if case .notFound = error { return .alreadyGone }
            return .failed(error.description)
        }
    }

    /// Waits for the next request that the pace allows, and counts it.
    private mutating func takeTurn() async throws {
        let wait = pace.ready(at: now()).timeIntervalSince(now())
        if wait > 0 { try await sleep(wait) }
        pace.spend(at: now())
    }

    private mutating func reply(to id: RecordID) async throws -> Reply {
        var last = PlanhatError.notFound
        for attempt in 1...Self.tries {
            try await takeTurn()
            do throws(PlanhatError) {
                let deletion = try await delete(id)
                pace.observe(quota().map { Pace.Quota(limit: $0.limit, remaining: $0.remaining) })
                return .answered(deletion)
            } catch {
                last = error
            }
            switch last {
            case .notFound: return .missing
            case .rejected, .invalidRequest: return .ended(.failed(last.description))
            case .refused: return .ended(.stopped(last.description))
            case .rateLimited(let seconds) where attempt < Self.tries: try await sleep(min(max(seconds ?? 60, 1), 120))
            case .unavailable(let seconds) where attempt < Self.tries: try await sleep(min(max(seconds, 1), 120))
            case .notSent, .ambiguous, .rateLimited, .unavailable:
                if attempt < Self.tries { try await sleep(Double(attempt)) }
            }
        }
        return .ended(.failed(last.description))
    }
}
