import NPSModel
import PlanhatAPI

extension Answer {
    init(_ error: PlanhatError) {
        self =
            switch error {
            case .notSent(let why): .notSent(why)
            case .rateLimited(let seconds): .rateLimited(retryAfter: seconds)
            case .ambiguous(let why): .ambiguous(why)
            case .rejected, .invalidRequest: .rejected(error.description)
            case .refused(_, let sentence): .refused(sentence)
            // Creates and upserts name no record, so it is the resource that isn't there.
            case .notFound: .refused("There is no NPS resource at planhat.url: check the address and its region.")
            }
    }

    init(_ result: BulkResult, to shipment: Shipment) {
        self =
            result.refusesAll && !shipment.mayHaveArrived
            ? .refused(Self.noPermission) : .upserted(BulkReport(result, of: shipment))
    }

    private static let noPermission =
        "The token's account may not write NPS records: check its permissions at Planhat."
}

extension BulkResult {
    /// Permission is lacking for everything that was sent. For a part of it only, it is a matter of single responses
    /// (https://www.planhat.com/developers/api/http-response-codes: "one or all").
    fileprivate var refusesAll: Bool {
        applied == 0 && !permissionErrors.isEmpty && errors.count == permissionErrors.count
    }
}

extension BulkReport {
    init(_ result: BulkResult, of shipment: Shipment) {
        self.init(counted: result.applied)
        for keys in result.insertsKeys + result.updatesKeys {
            guard let id = keys.sourceId.flatMap(ResponseID.init(rawValue:)) else { continue }
            proven[id] = Proof(planhatID: keys.id)
        }
        let attribution = ErrorAttribution(shipment.claims)
        for entry in result.errors {
            let (owner, reason) = attribution.attribute(entry)
            if let owner { problems[owner] = reason } else { strayErrors.append(reason) }
        }
    }
}
