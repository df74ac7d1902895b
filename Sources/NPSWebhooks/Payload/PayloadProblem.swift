/// Why an authentic payload can't even be read. Quotes nothing of it.
package enum PayloadProblem: Error, Sendable, Hashable, CustomStringConvertible {
    case notJSON
    case notForm
    /// Too many payloads wait for the source's program.
    case busy
    /// Of none of the kinds that the source takes.
    case unsupportedType([PayloadKind])
    case tooManyItems
    case tooManyFields

    package var description: String {
        switch self {
        case .notJSON: "The body is not JSON."
        case .notForm: "The body is not the form that its content type says: it is broken, cut short or not UTF-8."
        case .busy: "Too many deliveries wait to be read: send it again in a moment."
        case .unsupportedType, .tooManyItems, .tooManyFields: "The body \(flaw ?? "can't be read")."
        }
    }

    /// What is wrong with a body that is readable as such, so that it is worth keeping; completes the sentence that
    /// begins with "body". Nil for the others.
    var flaw: String? {
        switch self {
        case .notJSON, .notForm, .busy: nil
        case .unsupportedType(let kinds):
            "must be of a kind that this source takes: "
                + kinds.map(\.rawValue).joined(separator: ", ") + "; see its content type, and the key bodies"
        case .tooManyItems: "must hold at most 1,000 responses"
        case .tooManyFields: "must have at most 1,000 fields"
        }
    }
}
