import NPSModel
import NPSQueue

extension QuarantineEntry {
    /// What is wrong, without what the source's file advises.
    var faults: [FieldProblem] { problems.filter { !Self.isAdvice($0) } }

    /// What the source's file advises, once however many items of a batch are wrong.
    var advice: [String] {
        var seen: Set<String> = []
        return problems.filter { Self.isAdvice($0) && seen.insert($0.message).inserted }.map(\.message)
    }

    /// In a batch the item's place stands before the field: `[2].advice`.
    private static func isAdvice(_ problem: FieldProblem) -> Bool {
        problem.field == "advice" || (problem.field.hasPrefix("[") && problem.field.hasSuffix("].advice"))
    }
}
