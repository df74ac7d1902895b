/// Why a webhook delivery couldn't be verified. Names headers, never their values.
package enum SignatureRejection: Error, Sendable, Hashable, CustomStringConvertible {
    case missingHeader(String)
    /// A form field or query parameter is missing, repeated or unreadable.
    case missing(SignaturePlace)
    case repeatedHeader(String)
    /// This signature can authenticate only that kind of body.
    case otherKind(PayloadKind)
    /// Truncated, in another encoding, without its prefix, or of versions that the source doesn't accept.
    case unreadableSignature(SignaturePlace)
    case missingTimestamp(String)
    case unreadableTimestamp(String)
    /// There is no readable time at this path of the body.
    case noTimestampInBody(String)
    /// The time of signing is further back than the tolerance.
    case stale
    /// The time of signing is further ahead than the tolerance.
    case future
    case wrongSignature

    package var description: String {
        switch self {
        case .missingHeader(let name): "The header \(name) is missing."
        case .missing(let place): "The \(place.description) must be present exactly once."
        case .repeatedHeader(let name): "The header \(name) is present more than once."
        case .unreadableSignature(let place):
            "The \(place.description) has no signature in a format and version that this source accepts."
        case .otherKind(let kind):
            "The header content-type must say \(kind.rawValue): this signature can authenticate no other body."
        case .missingTimestamp(let name): "The header \(name) must have the time of signing exactly once."
        case .unreadableTimestamp(let name): "The time of signing in the header \(name) can't be read."
        case .noTimestampInBody(let path): "The body has no readable time of signing at \(path)."
        case .stale: "The signature is too old: sign at the time of sending, and check the sender's clock."
        case .future: "The time of signing is in the future: check the sender's clock."
        case .wrongSignature:
            "The signature does not match: check the secret, and that the body is sent as it was signed."
        }
    }

    /// Whether the delivery doesn't use this scheme at all; the rejection by another scheme says more then.
    var isMissingSignature: Bool {
        switch self {
        case .missingHeader, .missing, .unreadableSignature: true
        default: false
        }
    }
}
