/// Why a delivery isn't believed. Names headers, never what stood in them.
package enum SignatureRejection: Error, Sendable, Hashable, CustomStringConvertible {
    case missingHeader(String)
    case repeatedHeader(String)
    case unreadableTimestamp
    /// The time of signing is further off than the tolerance.
    case stale
    case future
    case wrongSignature

    package var description: String {
        switch self {
        case .missingHeader(let name): "The header \(name) is missing."
        case .repeatedHeader(let name): "The header \(name) is there more than once."
        case .unreadableTimestamp: "The time of signing can't be read."
        case .stale: "The signature is too old: sign at the time of sending, and check the sender's clock."
        case .future: "The signature lies in the future: check the sender's clock."
        case .wrongSignature:
            "The signature does not match: check the secret, and that the body is sent as it was signed."
        }
    }
}
