import Foundation
import NPSModel
import Testing

@testable import NPSQueue

/// What Planhat has, as far as a test delivers.
actor Planhat {
    private(set) var records: [ResponseID: Int] = [:]

    /// Claims what is due and settles it as delivered.
    func deliver(_ queue: ResponseQueue, limit: Int) async throws {
        let claims = try await queue.claim(limit: limit)
        for claim in claims { records[claim.response.id] = claim.response.score.value }
        try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: nil)) })
    }
}

/// What was promised to senders.
actor Ledger {
    private var promised: [ResponseID: Int] = [:]
    private var unpromised: Set<ResponseID> = []

    /// Accepts so many responses, a few at a time, each through one queue or the other, and a fifth of them again with an
    /// edit. A sender that is refused tries no more.
    func fill(
        _ count: Int,
        through queues: [ResponseQueue],
        meanwhile: @escaping @Sendable () async -> Void
    ) async throws {
        for first in stride(from: 0, to: count, by: 12) {
            await withTaskGroup { group in
                for number in first..<min(first + 12, count) {
                    group.addTask { await self.send(number, score: 1, through: queues[number % queues.count]) }
                }
                group.addTask { await meanwhile() }
            }
            for number in first..<min(first + 12, count) where number.isMultiple(of: 5) {
                await send(number, score: 9, through: queues[(number + 1) % queues.count])
            }
        }
    }

    private nonisolated func send(_ number: Int, score: Int, through queue: ResponseQueue) async {
        let version = Date(timeIntervalSince1970: TimeInterval(score))
        guard let submission = try? submission(number, score: score, updatedAt: version) else { return }
        do {
            _ = try await queue.accept([submission])
            await promise(submission.response.id, score)
        } catch {
            await note(submission.response.id)
        }
    }

    private func promise(_ id: ResponseID, _ score: Int) { promised[id] = score }

    private func note(_ id: ResponseID) { unpromised.insert(id) }

    /// Everything that was promised arrived with its newest content; what was refused may have arrived or not.
    func check(_ queue: ResponseQueue, _ planhat: Planhat) async throws {
        let records = await planhat.records
        for (id, score) in promised where !unpromised.contains(id) { #expect(records[id] == score) }
        for id in promised.keys { #expect(records[id] != nil) }
        #expect(Set(records.keys).isSubset(of: Set(promised.keys).union(unpromised)))
        let status = try await queue.status()
        #expect(status.accepted == records.count && status.delivered == records.count && status.balances)
        #expect(!promised.isEmpty)
    }
}
