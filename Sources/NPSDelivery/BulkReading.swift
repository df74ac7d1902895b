import NPSModel
package import NPSQueue

/// Reads a ``BulkReport`` claim by claim.
package struct BulkReading: Sendable, Hashable {
    package enum ItemResult: Sendable, Hashable {
        case delivered(planhatID: String?)
        /// An error entry of its own.
        case problem(String)
        /// The request went well and this one isn't in it: Planhat left it out without a word.
        case ignored
        /// Nothing can be said; ask again with fewer.
        case unproven(String?)
    }

    private let report: BulkReport
    private let remaining: Int
    private let surplus: Int
    private let isAlone: Bool

    package init(_ report: BulkReport, of batch: Batch) {
        self.report = report
        let ids = batch.claims.map(\.response.id)
        let proven = ids.count { report.proven[$0] != nil }
        let failed = ids.count { report.proven[$0] == nil && report.problems[$0] != nil }
        remaining = ids.count - proven - failed
        // Records counted but not named: `nonupdates` have no keys.
        surplus = report.counted - proven
        isAlone = batch.isAlone
    }

    /// Being named among the keys is the best proof. Without it the counts speak for all that are left, when they
    /// account for every one of them or for none; errors that name nobody take that away, unless there is only one
    /// response that they can be about.
    package func finding(_ claim: Claim) -> ItemResult {
        let id = claim.response.id
        if let proof = report.proven[id] { return .delivered(planhatID: proof.planhatID) }
        if let problem = report.problems[id] { return .problem(problem) }
        if let stray = report.strayErrors.first { return isAlone ? .problem(stray) : .unproven(stray) }
        if surplus == remaining { return .delivered(planhatID: nil) }
        if surplus == 0, report.isSuccess { return .ignored }
        if surplus == 0, isAlone { return .problem("Planhat refused it without a reason") }
        return .unproven(nil)
    }
}
