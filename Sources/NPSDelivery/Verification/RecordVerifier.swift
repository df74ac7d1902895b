package import Foundation
import NPSModel
package import NPSQueue
package import PlanhatAPI

/// Compares receipts with the records at Planhat: one request a receipt, at half of the request budget.
package struct RecordVerifier: Sendable {
    /// It gives up after so many requests in a row without an answer.
    private static let patience = 5
    /// After a 429 that doesn't say how long.
    private static let usualPause: TimeInterval = 60
    /// It gives up when the API has asked for so many seconds in a row without an answer in between.
    private static let longestPause: TimeInterval = 3_600

    private let client: PlanhatClient
    private let now: @Sendable () -> Date
    private let sleep: @Sendable (TimeInterval) async throws -> Void
    private var pace: Pace

    /// - Parameter requestsPerMinute: the whole budget; half of it is used.
    package init(
        client: PlanhatClient,
        requestsPerMinute: Int,
        now: @escaping @Sendable () -> Date = { Date() },
        sleep: @escaping @Sendable (TimeInterval) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }
    ) {
        self.client = client
        self.now = now
        self.sleep = sleep
        pace = Pace(requestsPerMinute: requestsPerMinute)
        pace.isShared = true
    }

    /// Waits for its turn, asks and compares. Throws `PlanhatError` when Planhat refuses the request as
    /// such, when several tries brought no answer, or when it asks for pauses and nothing else for an hour.
    ///
    /// - Parameters:
    ///   - onWait: called before each wait, with the reason and the seconds until it asks again.
    ///   - isDelivered: whether the response was delivered with the content of this digest.
    package mutating func check(
        _ receipt: Receipt,
        onWait: (PlanhatError, TimeInterval) -> Void = { _, _ in },
        by isDelivered: (String) async throws -> Bool
    ) async throws -> VerificationResult {
        var failures = Failures()
        while true {
            try await wait(until: pace.ready(at: now()))
            pace.spend(at: now())
            let record: NPSRecord
            do throws(PlanhatError) {
                record = try await client.get(.source(receipt.id.rawValue))
                observeQuota()
            } catch {
                observeQuota()
                switch error {
                case .notFound: return .missing
                case .rejected: return .unknown
                case .invalidRequest, .refused: throw error
                case .rateLimited, .unavailable, .notSent, .ambiguous: break
                }
                guard let seconds = failures.wait(after: error) else { throw error }
                onWait(error, seconds)
                try await sleep(seconds)
                continue
            }
            return try await VerificationResult(receipt, comparedWith: record, by: isDelivered)
        }
    }

    /// In a row, about one receipt.
    private struct Failures {
        /// Without a word of when to come back.
        private var unclear = 0
        private var pauses = 0
        /// Seconds of those pauses.
        private var paused: TimeInterval = 0

        /// Seconds; nil when it isn't worth asking again.
        mutating func wait(after error: PlanhatError) -> TimeInterval? {
            switch error {
            case .rateLimited(let seconds?), .unavailable(let seconds): return pause(seconds)
            case .rateLimited(nil): return giveUp() ? nil : usualPause
            default: return giveUp() ? nil : exp2(Double(unclear))
            }
        }

        private mutating func giveUp() -> Bool {
            unclear += 1
            return unclear >= patience
        }

        /// However short a pause the API asks for, they grow to a minute.
        private mutating func pause(_ seconds: TimeInterval) -> TimeInterval? {
            let seconds = max(seconds, min(exp2(Double(pauses)), usualPause))
            pauses += 1
            paused += seconds
            return paused <= longestPause ? seconds : nil
        }
    }

    private func wait(until date: Date) async throws {
        let seconds = date.timeIntervalSince(now())
        if seconds > 0 { try await sleep(seconds) }
    }

    private mutating func observeQuota() {
        pace.observe(client.rateLimit.map { Pace.Quota(limit: $0.limit, remaining: $0.remaining) })
    }
}

/// What comparing a receipt with Planhat shows.
package enum VerificationResult: String, Sendable, Hashable, Codable {
    case matching
    /// Planhat has no record with the response's id.
    case missing
    /// The record differs from what was delivered.
    case differing
    /// There is a record, or may be one; whether it is what was delivered can't be told.
    case unknown
}

extension VerificationResult {
    /// Compares only what the API returns as it was sent; that is what the digest covers (`ContentDigest`).
    ///
    /// - Parameter isDelivered: whether the response was delivered with the content of this digest.
    package init(
        _ receipt: Receipt,
        comparedWith record: NPSRecord,
        by isDelivered: (String) async throws -> Bool
    ) async rethrows {
        // Get may answer with the contact's view, and then with another of the contact's records.
        guard record.sourceId == receipt.id.rawValue, receipt.isComparable else {
            self = .unknown
            return
        }
        guard let email = record.email, let score = record.score, let answeredAt = record.dateAnswered else {
            self = .differing
            return
        }
        let found = ContentDigest.text(
            id: receipt.id,
            email: email,
            score: score,
            comment: record.comment,
            answeredAt: answeredAt
        )
        self = try await isDelivered(found) ? .matching : .differing
    }
}
