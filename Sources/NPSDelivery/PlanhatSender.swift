import NPSModel
import NPSQueue
import PlanhatAPI

/// Carries a batch to Planhat and brings back what was answered.
struct PlanhatSender: Sendable {
    struct Reply: Sendable {
        let answer: SendResult
        /// For the metrics: of HTTP, or in a word how the request failed without one.
        let status: String
        let quota: Pace.Quota?
    }

    let client: PlanhatClient

    func deliver(_ batch: Batch) async -> Reply {
        do throws(PlanhatError) {
            let (answer, status) = try await send(batch)
            return Reply(answer: answer, status: status, quota: quota)
        } catch {
            return Reply(answer: SendResult(error), status: error.label, quota: quota)
        }
    }

    private func send(_ batch: Batch) async throws(PlanhatError) -> (SendResult, status: String) {
        switch batch.operation {
        case .create:
            guard let claim = batch.claims.first else { throw .invalidRequest("There is nothing to create.") }
            let record = try await client.create(RecordDraft(claim))
            let isLinked = record.enduserId != nil || record.companyId != nil
            return (.created(planhatID: record.id, isLinked: isLinked), "2xx")
        case .upsert:
            let result = try await client.upsert(batch.claims.map { RecordDraft($0) })
            return (.upserted(BulkReport(result, of: batch)), String(result.status))
        }
    }

    private var quota: Pace.Quota? {
        client.rateLimit.map { Pace.Quota(limit: $0.limit, remaining: $0.remaining) }
    }
}

extension RecordDraft {
    /// The full state. An edit that took the comment away says so: what isn't sent stays as it was, as it is to when
    /// the person left it so.
    init(_ claim: Claim) {
        self.init(claim.response)
        if comment == nil, claim.revision > 1, !claim.response.keepsComment { comment = "" }
    }
}

extension PlanhatError {
    fileprivate var label: String {
        switch self {
        case .invalidRequest: "invalid"
        case .notSent, .unavailable: "unsent"
        case .rateLimited: "429"
        case .ambiguous: "ambiguous"
        case .rejected(let status, _): String(status)
        case .notFound: "404"
        case .refused(let refusal, _): refusal.rawValue
        }
    }
}
