import NPSModel

extension JSONValue {
    /// The value as a count, whole and never negative; nil for everything else. Some senders write counts as doubles.
    var count: Int? {
        switch self {
        case .integer(let number): Int(clamping: max(0, number))
        case .number(let number): Int(exactly: number).map { max(0, $0) }
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
