import NPSApp
import NPSModel
import NPSQueue
import NPSServer
import Testing

@testable import nps_collector

@Suite("queue retry")
struct QueueRetryTests {
    private struct Failure: Error {}

    @Test("asks until all is done, and goes on where the collector says")
    func continuation() async throws {
        var asked: [RetryRequest] = []
        var count = 0
        try await QueueRetry.retry(RetryRequest(reason: "no"), count: &count, parked: { 4 }) { request in
            asked.append(request)
            let sequence = (request.after?.sequence ?? 0) + 2
            let next = sequence < 6 ? RetryPosition(sequence: sequence, through: 6) : nil
            return RetryProgress(count: 1, examined: 2, next: next)
        }
        #expect(count == 3)
        #expect(asked.map(\.reason) == ["no", "no", "no"])
        #expect(asked.map { $0.after?.sequence } == [nil, 2, 4])
        #expect(asked.allSatisfy { $0.ids == nil && ($0.after?.through ?? 6) == 6 })
    }

    @Test("why nothing was retried is told")
    func nothing() {
        #expect(QueueRetry.problem(with: .success(.delivered)) == "It is not parked, but delivered.")
        let missing = AdminError.refused(status: 404, detail: "")
        #expect(QueueRetry.problem(with: .failure(missing)) == "There is no response with this id.")
        #expect(QueueRetry.problem(with: .failure(.unreadable)) == "It is not parked: see queue show.")
        let ids = ["a", "b", "c"].map { ResponseID(source: "acme", providerID: $0) }
        let sentence = QueueRetry.left(1, of: RetryRequest(ids: ids))
        #expect(sentence == "2 of 3 are not parked, or unknown: see queue show.")
        #expect(QueueRetry.left(3, of: RetryRequest(ids: ids)) == nil)
    }

    @Test("what was retried before an error is counted")
    func failure() async throws {
        var count = 0
        await #expect(throws: Failure.self) {
            try await QueueRetry.retry(RetryRequest(), count: &count, parked: { 5 }) { request in
                guard request.after == nil else { throw Failure() }
                return RetryProgress(count: 7, examined: 7, next: RetryPosition(sequence: 7, through: 9))
            }
        }
        #expect(count == 7)
    }
}
