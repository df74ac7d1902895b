package import NPSModel

extension QuarantineEntry {
    /// What is wrong, without the advice of the source's file.
    package var faults: [FieldProblem] { problems.filter { !Self.isAdvice($0) } }

    /// The advice of the source's file, once however many items of a batch are wrong.
    package var advice: [String] {
        var seen: Set<String> = []
        return problems.filter { Self.isAdvice($0) && seen.insert($0.message).inserted }.map(\.message)
    }

    /// In a batch the item's place precedes the field: `[2].advice`.
    private static func isAdvice(_ problem: FieldProblem) -> Bool {
        problem.field == "advice" || (problem.field.hasPrefix("[") && problem.field.hasSuffix("].advice"))
    }
}
