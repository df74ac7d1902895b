import NPSModel
import NPSQueue

extension Intake {
    /// What a mapping made of a delivery: the valid responses, and what is wrong with the others.
    struct Sorted {
        private(set) var submissions: [Submission] = []
        /// With more than one item, a field is named with the place of its item: `[2].score`.
        private(set) var problems: [FieldProblem] = []

        /// - Parameter deliveryID: the sender's; nil unless it is signed.
        init(_ results: [Result<Submission, InvalidResponse>], deliveryID: String? = nil) {
            for (index, result) in results.enumerated() {
                switch result {
                case .success(var submission):
                    submission.deliveryID = deliveryID
                    submissions.append(submission)
                case .failure(let invalid):
                    problems += invalid.problems.map { problem in
                        guard results.count > 1 else { return problem }
                        return FieldProblem(field: "[\(index)].\(problem.field)", message: problem.message)
                    }
                }
            }
        }
    }
}
