package import Foundation
import NPSModel
package import NPSQueue
package import PlanhatAPI

/// Asks Planhat for the records behind receipts, one request at a time and not more often than it may.
package struct RecordVerifier: Sendable {
    /// Requests in a row without an answer, after which it gives up.
    private static let patience = 5
    /// After a 429 that doesn't say how long.
    private static let rest: TimeInterval = 60

    private let client: PlanhatClient
    private let now: @Sendable () -> Date
    private let sleep: @Sendable (TimeInterval) async throws -> Void
    private var pace: Pace

    /// - Parameter requestsPerMinute: of the whole budget; half of it is used.
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

    /// Waits for its turn, asks and compares. Throws `PlanhatError` when no answer is to be had.
    ///
    /// - Parameter onWait: is told why it asks again, and in how many seconds.
    package mutating func check(
        _ receipt: Receipt,
        onWait: (PlanhatError, TimeInterval) -> Void = { _, _ in }
    ) async throws -> VerificationResult {
        var failures = 0
        while true {
            try await wait(until: pace.ready(at: now()))
            pace.spend(at: now())
            do throws(PlanhatError) {
                let record = try await client.get(.source(receipt.id.rawValue))
                observeQuota()
                return VerificationResult(receipt, comparedWith: record)
            } catch {
                observeQuota()
                switch error {
                case .notFound: return .missing
                case .rejected: return .unknown
                case .invalidRequest, .refused: throw error
                case .rateLimited, .unavailable: break
                case .notSent, .ambiguous: failures += 1
                }
                guard let seconds = Self.wait(after: error, failures: failures) else { throw error }
                onWait(error, seconds)
                try await sleep(seconds)
            }
        }
    }

    /// Nil when it isn't worth asking again. Who names a time is always asked again.
    private static func wait(after error: PlanhatError, failures: Int) -> TimeInterval? {
        switch error {
        case .rateLimited(let seconds): max(1, seconds ?? rest)
        case .unavailable(let seconds): max(1, seconds)
        default: failures < patience ? exp2(Double(failures)) : nil
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
