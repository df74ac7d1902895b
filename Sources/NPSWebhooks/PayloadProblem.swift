/// Why an authentic payload can't even be read. Quotes nothing of it.
package enum PayloadProblem: Error, Sendable, Hashable, CustomStringConvertible {
    case notJSON
    case unsupportedType
    case tooManyItems
    /// The mapping stopped with an error of its own.
    case mappingFailed

    package var description: String {
        switch self {
        case .notJSON: "The body is not JSON."
        case .unsupportedType: "The body's content type must be JSON."
        case .tooManyItems: "One delivery may hold at most 1,000 responses."
        case .mappingFailed:
            "The source's mapping can't be applied to this payload: try it with \"nps-collector webhook map\"."
        }
    }
}
