/// Why a payload can't be read. Contains nothing of the payload.
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
        case .notForm:
            "The body is not a form of its content type: it is malformed, cut short, or not in \(Self.charsets)."
        case .busy: "Too many deliveries are waiting to be read: send it again in a moment."
        case .unsupportedType, .tooManyItems, .tooManyFields: "The body \(bodyProblem ?? "can't be read")."
        }
    }

    /// The ones of ``PayloadCharset``.
    private static let charsets = "UTF-8, or in ISO-8859-1, Windows-1252 or UTF-16 if its content type says so"

    /// Whether nothing of the payload can be read.
    var isUnparseable: Bool { self == .notJSON || self == .notForm }

    /// What is wrong with a body that is kept in the quarantine when it is authentic; completes the sentence that begins with
    /// "body". Nil for ``busy``, which isn't the body's fault.
    var bodyProblem: String? {
        switch self {
        case .busy: nil
        case .notJSON: "must be JSON, in \(Self.charsets)"
        case .notForm:
            "must be a whole form of its content type, in \(Self.charsets)"
        case .unsupportedType(let kinds):
            "must be of a kind that this source accepts: "
                + kinds.map(\.rawValue).joined(separator: ", ")
                + "; check its content type, and the key bodies of the source"
        case .tooManyItems: "must contain at most 1,000 responses"
        case .tooManyFields: "must have at most 1,000 fields"
        }
    }
}
