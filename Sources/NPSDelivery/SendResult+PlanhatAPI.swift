import NPSModel
import PlanhatAPI

extension SendResult {
    init(_ error: PlanhatError) {
        self =
            switch error {
            case .notSent(let why, let isAnswered): .notSent(why, isAnswered: isAnswered)
            case .rateLimited(let seconds): .rateLimited(retryAfter: seconds)
            case .unavailable(let seconds): .unavailable(retryAfter: seconds)
            case .ambiguous(let why): .ambiguous(why)
            case .rejected(status: 413, _): .tooLarge(error.description)
            case .rejected(status: 409, _): .conflict(error.description)
            case .rejected, .invalidRequest: .rejected(error.description)
            case .refused(.permission, let sentence): .denied(sentence)
            case .refused(let refusal, let sentence):
                refusal.mayHaveBeenApplied ? .refusedAmbiguously(sentence) : .refused(sentence)
            // Creates and upserts name no record, so it is the resource that isn't there.
            case .notFound: .refused("There is no NPS resource at planhat.url: check the address and its region.")
            }
    }
}

extension BulkReport {
    init(_ result: BulkResult, of batch: Batch) {
        self.init(counted: result.applied)
        isSuccess = (200..<300).contains(result.status)
        for keys in result.insertsKeys + result.updatesKeys {
            guard let id = keys.sourceId.flatMap(ResponseID.init(rawValue:)) else { continue }
            proven[id] = Proof(planhatID: keys.id)
        }
        let attribution = ErrorAttribution(batch.claims)
        for entry in result.errors {
            let (owner, reason) = attribution.attribute(entry)
            if let owner { problems[owner] = reason } else { strayErrors.append(reason) }
        }
    }
}
