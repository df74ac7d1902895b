/// Why an authentic payload can't even be read. Quotes nothing of it.
package enum PayloadProblem: Error, Sendable, Hashable, CustomStringConvertible {
    case notJSON
    case unsupportedType
    case tooManyItems

    package var description: String {
        switch self {
        case .notJSON: "The body is not JSON."
        case .unsupportedType: "The body's content type must be JSON: application/json, or a type that ends in +json."
        case .tooManyItems: "One delivery may hold at most 1,000 responses."
        }
    }
}
