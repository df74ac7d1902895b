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
    /// The connection has no TLS of ours, or the client showed no certificate.
    case missingCertificate
    case refusedCertificate(CertificateProblem)

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
        case .missingCertificate:
            "The request must come by a TLS connection of its own, with a client certificate: none was shown."
        case .refusedCertificate(let problem): problem.description
        }
    }

    /// Whether the delivery doesn't use this scheme at all; the rejection by another scheme says more then.
    var isMissingSignature: Bool {
        switch self {
        case .missingHeader, .missing, .unreadableSignature, .missingCertificate: true
        default: false
        }
    }
}

/// What is wrong with a client certificate.
package enum CertificateProblem: Sendable, Hashable, CustomStringConvertible {
    case unreadable
    case expired
    case notYetValid
    /// Its extended key usage doesn't name TLS clients.
    case notForClients
    /// No chain leads to an authority of the source.
    case unknownAuthority
    /// A chain does, and something about an authority in it is wrong.
    case unsoundChain
    /// It came with a request that a page in a browser may have made (https://fetch.spec.whatwg.org/#origin-header): browsers
    /// show a certificate whoever makes them send a request.
    case fromPage
    /// It is good, and somebody else's.
    case otherName

    package var description: String {
        switch self {
        case .unreadable: "The client certificate can't be read."
        case .expired: "The client certificate has expired: renew it."
        case .notYetValid: "The client certificate is not valid yet: check the clock of whoever issued it."
        case .notForClients: "The client certificate is not for clients: it needs the extended key usage clientAuth."
        case .unknownAuthority:
            "The client certificate leads to no authority that this source accepts: send the certificates in between, too."
        case .unsoundChain:
            "An authority of the client certificate has expired, may not issue it, or signed it by SHA-1: renew that."
        case .fromPage:
            "A page in a browser may have sent this (the header Origin or Sec-Fetch-Site is there), so a client certificate "
                + "proves nothing."
        case .otherName: "The client certificate has no name that this source accepts."
        }
    }
}
