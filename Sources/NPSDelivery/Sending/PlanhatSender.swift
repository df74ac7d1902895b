import NPSModel
import NPSQueue
package import PlanhatAPI

/// How sending one batch ended: what the client returned or threw, as it is. What follows from it for the claims is
/// decided by ``DeliveryPlan``.
package enum SendResult: Sendable, Equatable {
    case created(NPSRecord)
    case upserted(BulkResult)
    case failed(PlanhatError)
}

/// Sends batches to Planhat, each with one request, and without a retry.
struct PlanhatSender: Sendable {
    struct Reply: Sendable {
        let result: SendResult
        /// For the metrics: the HTTP status, or in a word how the request failed without one.
        let status: String
        /// Nil when the API told none.
        let quota: Pace.Quota?
    }

    let client: PlanhatClient

    /// - Parameter permit: nil where nobody else may send the same.
    func send(_ batch: Batch, _ permit: SendPermit? = nil, trace: TraceContext? = nil) async -> Reply {
        do throws(PlanhatError) {
            let (result, status) = try await request(batch, permit, trace)
            return Reply(result: result, status: status, quota: quota)
        } catch {
            return Reply(result: .failed(error), status: error.label, quota: quota)
        }
    }

    private func request(
        _ batch: Batch,
        _ permit: SendPermit?,
        _ trace: TraceContext?
    ) async throws(PlanhatError) -> (SendResult, status: String) {
        switch batch.operation {
        case .create:
            guard let claim = batch.claims.first else { throw .invalidRequest("There is nothing to create.") }
            return (.created(try await client.create(RecordDraft(claim), trace: trace)), "2xx")
        case .upsert:
            let result = try await client.upsert(batch.claims.map { RecordDraft($0) }, permit, trace: trace)
            return (.upserted(result), String(result.status))
        }
    }

    private var quota: Pace.Quota? {
        client.rateLimit.map { Pace.Quota(limit: $0.limit, remaining: $0.remaining) }
    }
}

extension SendPermit {
    init(_ permit: ForwardingPermit) {
        self.init(mayBegin: { permit.mayBegin() }, didBegin: { permit.didBegin() })
    }
}

extension RecordDraft {
    /// The full state. Planhat keeps what isn't sent, so an edit that took the comment away sends an empty one, unless
    /// the former comment is to be kept.
    init(_ claim: Claim) {
        self.init(claim.response)
        if comment == nil, claim.revision > 1, !claim.response.keepsComment { comment = "" }
    }
}

extension PlanhatError {
    fileprivate var label: String {
        switch self {
        case .invalidRequest: "invalid"
        case .notSent: "unsent"
        case .unavailable: "503"
        case .rateLimited: "429"
        case .ambiguous: "ambiguous"
        case .rejected(let status, _): String(status)
        case .notFound: "404"
        case .refused(let refusal, _, _): refusal.rawValue
        }
    }
}
