import Crypto
import SwiftASN1
import X509

/// The certificate of the client of a TLS connection, which has proved there that it holds the key, and the certificates
/// that it sent along. Nothing else about them is proved: what they say counts where a ``ClientCertificateRule`` is met.
package struct ClientCertificate: Sendable {
    /// How many of those that were sent are looked at: as many as authorities need, and few enough to try every chain that
    /// they could make.
    private static let limit = 3

    /// DER; the client's own first.
    private let encoded: [[UInt8]]
    /// Of the client's own certificate.
    let fingerprint: [UInt8]

    /// - Parameter encoded: DER, as it was sent: the client's own first.
    /// - Returns: nil for none.
    package init?(_ encoded: [[UInt8]]) {
        guard let own = encoded.first else { return nil }
        self.encoded = Array(encoded.prefix(Self.limit))
        fingerprint = Array(SHA256.hash(data: own))
    }

    /// Nil when it can't be read.
    var own: Certificate? { encoded.first.flatMap { try? Certificate(derEncoded: $0) } }

    /// What else was sent and can be read.
    var others: [Certificate] { encoded.dropFirst().compactMap { try? Certificate(derEncoded: $0) } }
}
