package import Foundation
import NIOSSL
import SwiftASN1
import X509

/// What people and clients see of a certificate of the server.
package struct CertificateFacts: Sendable, Hashable {
    /// The host names that it is for, in lower case; one may begin with `*.`. Addresses are not among them: no client asks for
    /// a certificate by one (RFC 6066 §3).
    package let names: [String]
    package let begins: Date
    package let expires: Date
    /// When the first certificate of its chain expires: itself, or one that an authority has to renew.
    package let chainExpires: Date
    /// Such as `ECDSA P-256`.
    package let keyType: String

    package init(names: [String], begins: Date, expires: Date, chainExpires: Date? = nil, keyType: String) {
        self.names = names.map { $0.lowercased() }
        self.begins = begins
        self.expires = expires
        self.chainExpires = chainExpires ?? expires
        self.keyType = keyType
    }

    /// What it is called: its first name.
    package var name: String { names.first ?? "unnamed" }

    package func isExpired(at date: Date) -> Bool { expires <= date }

    /// Whether less than a third of its time is left, when it should have been renewed.
    package func isOverdue(at date: Date) -> Bool {
        chainExpires.timeIntervalSince(date) < expires.timeIntervalSince(begins) / 3
    }

    /// What has to be done about it, in a sentence; nil for nothing.
    package func problem(at date: Date) -> String? {
        if begins > date {
            return "The certificate for \(name) is not valid before \(begins.formatted(.iso8601)): look at the clock."
        }
        if isExpired(at: date) {
            return "The certificate for \(name) expired at \(expires.formatted(.iso8601)): renew it."
        }
        guard isOverdue(at: date) else { return nil }
        return """
            The certificate for \(name) ends at \(chainExpires.formatted(.iso8601)), and less than a third of its time is \
            left: renew it.
            """
    }

    /// Whether it is for this host, by name or by a wildcard for one label.
    package func covers(_ host: String) -> Bool {
        let host = host.lowercased()
        return names.contains(host) || ServerNames.wildcard(for: host).map(names.contains) ?? false
    }
}

extension CertificateFacts: CustomStringConvertible {
    /// For `check`.
    package var description: String {
        let expiry = expires.formatted(.iso8601)
        return "\(names.isEmpty ? "no names" : names.joined(separator: ", ")), \(keyType), until \(expiry)"
    }
}

extension CertificateFacts {
    /// - Parameter chain: never empty, the server's own certificate first.
    init(_ chain: [NIOSSLCertificate]) {
        let own = chain.first.flatMap { try? $0.toDERBytes() }.flatMap { try? Certificate(derEncoded: $0) }
        let names = (try? own?.extensions.subjectAlternativeNames)?.compactMap { name in
            if case .dnsName(let text) = name { text } else { nil as String? }
        }
        let expiries = chain.map { Date(timeIntervalSince1970: TimeInterval($0.notValidAfter)) }
        self.init(
            names: names ?? [],
            begins: chain.first.map { Date(timeIntervalSince1970: TimeInterval($0.notValidBefore)) } ?? .distantPast,
            expires: expiries.first ?? .distantFuture,
            chainExpires: expiries.min(),
            keyType: own.map { Self.keyType(of: $0.publicKey) } ?? "a key of an unknown kind"
        )
    }

    private static func keyType(of key: Certificate.PublicKey) -> String {
        // Such as P256.PublicKey and RSA2048.PublicKey.
        let kind = "\(key)".prefix { $0 != "." }
        if kind.hasPrefix("RSA") { return "RSA \(kind.dropFirst(3))" }
        return kind.hasPrefix("P") ? "ECDSA P-\(kind.dropFirst())" : String(kind)
    }
}
