import NPSModel
package import NPSQueue
package import PlanhatAPI

/// Reads the result of a bulk upsert claim by claim.
package struct BulkReading: Sendable {
    package enum ItemResult: Sendable, Hashable {
        case delivered(planhatID: String?)
        /// It has an error entry of its own. The reason is fit to be stored and shown.
        case problem(String)
        /// The request succeeded and this one isn't in it: Planhat left it out without an error.
        case ignored
        /// Nothing can be said; ask again in a smaller batch.
        case unproven(String?)
    }

    /// By `sourceId`: named in the keys of inserts or updates.
    private var proven: [String: BulkResult.Keys] = [:]
    /// Named in an error entry that names no other.
    private var problems: [ResponseID: String] = [:]
    /// The first error entry that names no response, or several.
    private var strayError: String?
    /// Whether the status was a 2xx. Only then leaving a response out means that it was ignored.
    private let isSuccess: Bool
    /// Claims that are neither proven nor refused.
    private let remaining: Int
    /// Records that were counted but not named: `nonupdates` have no keys.
    private let surplus: Int
    private let isAlone: Bool

    package init(_ result: BulkResult, of batch: Batch) {
        for keys in result.insertsKeys + result.updatesKeys {
            if let id = keys.sourceId { proven[id] = keys }
        }
        let attribution = ErrorAttribution(batch.claims)
        for entry in result.errors {
            let (owner, reason) = attribution.attribute(entry)
            if let owner { problems[owner] = reason } else { strayError = strayError ?? reason }
        }
        let unnamed = batch.ids.filter { [proven] in proven[$0.rawValue] == nil }
        remaining = unnamed.count { [problems] in problems[$0] == nil }
        surplus = result.applied - (batch.claims.count - unnamed.count)
        isSuccess = (200..<300).contains(result.status)
        isAlone = batch.isAlone
    }

    /// Being named among the keys is the best proof. Without it the counts speak for all that are left, if they account
    /// for every one of them or for none. Errors that name nobody take that away, unless there is only one response
    /// that they can be about.
    package func result(for claim: Claim) -> ItemResult {
        let id = claim.response.id
        if let keys = proven[id.rawValue] { return .delivered(planhatID: keys.id) }
        if let problem = problems[id] { return .problem(problem) }
        if let strayError { return isAlone ? .problem(strayError) : .unproven(strayError) }
        if surplus == remaining { return .delivered(planhatID: nil) }
        if surplus == 0, isSuccess { return .ignored }
        if surplus == 0, isAlone { return .problem("Planhat refused it without a reason") }
        return .unproven(nil)
    }
}
