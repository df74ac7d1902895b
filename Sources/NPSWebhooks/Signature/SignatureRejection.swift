/// Why a delivery isn't believed. Names headers, never what stood in them.
package enum SignatureRejection: Error, Sendable, Hashable, CustomStringConvertible {
    case missingHeader(String)
    case repeatedHeader(String)
    /// Truncated, in another encoding, without its prefix, or only of versions that the source doesn't accept.
    case unreadableSignature(String)
    case missingTimestamp(String)
    case unreadableTimestamp(String)
    /// The time of signing is further back than the tolerance.
    case stale
    /// The time of signing is further ahead than the tolerance.
    case future
    case wrongSignature

    package var description: String {
        switch self {
        case .missingHeader(let name): "The header \(name) is missing."
        case .repeatedHeader(let name): "The header \(name) is there more than once."
        case .unreadableSignature(let name):
            "The header \(name) holds no signature in the form and version that this source accepts."
        case .missingTimestamp(let name): "The header \(name) needs the time of signing exactly once."
        case .unreadableTimestamp(let name): "The time of signing in the header \(name) can't be read."
        case .stale: "The signature is too old: sign at the time of sending, and check the sender's clock."
        case .future: "The signature lies in the future: check the sender's clock."
        case .wrongSignature:
            "The signature does not match: check the secret, and that the body is sent as it was signed."
        }
    }

    /// Whether the sender didn't even try this scheme; another one's rejection says more then.
    var isAbsence: Bool {
        switch self {
        case .missingHeader, .unreadableSignature: true
        default: false
        }
    }
}
