/// Why a delivery isn't believed. Names headers, never what stood in them.
package enum SignatureRejection: Error, Sendable, Hashable, CustomStringConvertible {
    case missingHeader(String)
    /// A form field or parameter is not there, is there twice, or can't be read.
    case missing(SignaturePlace)
    case repeatedHeader(String)
    /// With this signature only that kind of body can be believed.
    case otherKind(PayloadKind)
    /// Truncated, in another encoding, without its prefix, or only of versions that the source doesn't accept.
    case unreadableSignature(SignaturePlace)
    case missingTimestamp(String)
    case unreadableTimestamp(String)
    /// At this path of the body.
    case noTimestampInBody(String)
    /// The time of signing is further back than the tolerance.
    case stale
    /// The time of signing is further ahead than the tolerance.
    case future
    case wrongSignature

    package var description: String {
        switch self {
        case .missingHeader(let name): "The header \(name) is missing."
        case .missing(let place): "The \(place.description) must be there exactly once."
        case .repeatedHeader(let name): "The header \(name) is there more than once."
        case .unreadableSignature(let place):
            "The \(place.description) holds no signature in the form and version that this source accepts."
        case .otherKind(let kind): "The header content-type must say \(kind.rawValue): no other body can be believed."
        case .missingTimestamp(let name): "The header \(name) needs the time of signing exactly once."
        case .unreadableTimestamp(let name): "The time of signing in the header \(name) can't be read."
        case .noTimestampInBody(let path): "The body holds no readable time of signing at \(path)."
        case .stale: "The signature is too old: sign at the time of sending, and check the sender's clock."
        case .future: "The signature lies in the future: check the sender's clock."
        case .wrongSignature:
            "The signature does not match: check the secret, and that the body is sent as it was signed."
        }
    }

    /// Whether the sender didn't even try this scheme; another one's rejection says more then.
    var isAbsence: Bool {
        switch self {
        case .missingHeader, .missing, .unreadableSignature: true
        default: false
        }
    }
}
