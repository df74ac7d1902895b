/// Why an authentic payload can't be read. Contains nothing of the payload.
package enum PayloadProblem: Error, Sendable, Hashable, CustomStringConvertible {
    case notJSON
    case notForm
    /// Too many payloads are waiting for the source's jq program.
    case busy
    /// Its kind is none of these, which are those that the source accepts.
    case unsupportedType([PayloadKind])
    case tooManyItems
    case tooManyFields

    package var description: String {
        switch self {
        case .notJSON: "The body is not JSON."
        case .notForm: "The body is not a form of its content type: it is malformed, cut short or not UTF-8."
        case .busy: "Too many deliveries are waiting to be read: send it again in a moment."
        case .unsupportedType, .tooManyItems, .tooManyFields: "The body \(bodyProblem ?? "can't be read")."
        }
    }

    /// What is wrong with a body that is worth keeping in the quarantine; completes the sentence that begins with "body".
    /// Nil for the others.
    var bodyProblem: String? {
        switch self {
        case .notJSON, .notForm, .busy: nil
        case .unsupportedType(let kinds):
            "must be of a kind that this source accepts: "
                + kinds.map(\.rawValue).joined(separator: ", ")
                + "; check its content type, and the key bodies of the source"
        case .tooManyItems: "must contain at most 1,000 responses"
        case .tooManyFields: "must have at most 1,000 fields"
        }
    }
}
