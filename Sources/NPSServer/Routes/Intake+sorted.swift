import NPSModel
import NPSQueue

extension Intake {
    /// What a mapping made of a delivery: the valid responses, and what is wrong with the others.
    struct Sorted {
        private(set) var submissions: [Submission] = []
        /// With more than one item, a field is named with the place of its item: `[2].score`.
        private(set) var problems: [FieldProblem] = []
        /// What of the valid ones was cut or left out, with fields named likewise.
        private(set) var notes: [FieldProblem] = []

        /// - Parameters:
        ///   - deliveryID: the sender's; nil unless it is signed.
        ///   - trace: the delivery's; nil where nobody traces it.
        init(
            _ results: [Result<Submission, InvalidResponse>],
            deliveryID: String? = nil,
            trace: TraceContext? = nil
        ) {
            func placed(_ problem: FieldProblem, _ index: Int) -> FieldProblem {
                guard results.count > 1 else { return problem }
                return FieldProblem(field: "[\(index)].\(problem.field)", message: problem.message)
            }
            for (index, result) in results.enumerated() {
                switch result {
                case .success(var submission):
                    submission.deliveryID = deliveryID
                    submission.trace = trace
                    submissions.append(submission)
                    notes += submission.response.notes.map { placed($0, index) }
                case .failure(let invalid):
                    problems += invalid.problems.map { placed($0, index) }
                }
            }
        }
    }
}
