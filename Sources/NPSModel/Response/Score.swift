/// An answer on the 0–10 scale. Zero is a score.
package struct Score: Sendable, Hashable, Comparable {
    /// Between 0 and 10, both included.
    package let value: Int

    /// Nil outside 0–10.
    package init?(_ value: Int) {
        guard (0...10).contains(value) else { return nil }
        self.value = value
    }

    /// 0 to 10.
    package static let all = (0...10).compactMap(Score.init)

    package static func < (left: Score, right: Score) -> Bool {
        left.value < right.value
    }
}

extension Score {
    /// Reads a score as survey tools send it: `9`, `9.0`, `"9"` and `"9.00"` are nine. Everything else is an error: fractions,
    /// booleans, empty text, other numbers, null.
    package init(json: JSONValue) throws(FieldProblem) {
        switch json {
        case .integer(let number):
            guard let score = Score(clamping: number) else { throw Score.problem }
            self = score
        case .number(let number):
            guard let whole = Int64(exactly: number), let score = Score(clamping: whole) else { throw Score.problem }
            self = score
        case .string(let text):
            self = try Score(text: text)
        case .null, .bool, .array, .object:
            throw Score.problem
        }
    }

    /// Reads one or two ASCII digits, or the same with a fraction of zeros; surrounding spaces are allowed.
    package init(text: String) throws(FieldProblem) {
        var digits = (text.utf8.count > 16 ? "" : text).trimmingSpaces
        if let point = digits.firstIndex(of: "."), case let zeros = digits[point...].dropFirst(), !zeros.isEmpty,
            zeros.allSatisfy({ $0 == "0" })
        {
            digits = digits[..<point]
        }
        let isNumber = (1...2).contains(digits.utf8.count) && digits.utf8.allSatisfy(\.isASCIIDigit)
        guard isNumber, let number = Int64(digits), let score = Score(clamping: number) else { throw Score.problem }
        self = score
    }

    private init?(clamping number: Int64) {
        guard let value = Int(exactly: number) else { return nil }
        self.init(value)
    }

    private static let problem = FieldProblem(field: "score", message: "must be a whole number from 0 to 10")
}
