/// Why an authentic payload can't even be read. Quotes nothing of it.
package enum PayloadProblem: Error, Sendable, Hashable, CustomStringConvertible {
    case notJSON
    case notForm
    case unsupportedType
    case tooManyItems
    case tooManyFields

    package var description: String {
        switch self {
        case .notJSON: "The body is not JSON."
        case .notForm: "The body is not the form that its content type says: it is broken, cut short or not UTF-8."
        case .unsupportedType:
            "The body's content type must be JSON (application/json, or a type that ends in +json), "
                + "application/x-www-form-urlencoded, or multipart/form-data with its boundary."
        case .tooManyItems: "One delivery may hold at most 1,000 responses."
        case .tooManyFields: "A form may have at most 1,000 fields."
        }
    }
}
