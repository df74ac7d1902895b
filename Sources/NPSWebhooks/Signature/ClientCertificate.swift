import Crypto
import SwiftASN1
import X509

/// The certificate of the client of a TLS connection, which has proved there that it holds the key, and the certificates
/// that it sent along. Nothing else about them is proved: what they say counts where a ``ClientCertificateRule`` is met.
package struct ClientCertificate: Sendable {
    /// How many a client may send: its own, two in between, and the authority's, which isn't needed. More could be combined
    /// to more chains than anybody can try, and are kept as long as the connection.
    private static let limit = 4
    /// In bytes, of all of them; ten times what elliptic curves need.
    private static let sizeLimit = 16_384

    /// DER; the client's own first.
    private let encoded: [[UInt8]]
    /// Of the client's own certificate.
    let fingerprint: [UInt8]

    /// - Parameter encoded: DER, as it was sent: the client's own first.
    /// - Returns: nil for none, and for more than anybody needs.
    package init?(_ encoded: [[UInt8]]) {
        guard let own = encoded.first, encoded.count <= Self.limit,
            encoded.reduce(0, { $0 + $1.count }) <= Self.sizeLimit
        else { return nil }
        self.encoded = encoded
        fingerprint = Array(SHA256.hash(data: own))
    }

    /// Nil when it can't be read.
    var own: Certificate? { encoded.first.flatMap { try? Certificate(derEncoded: $0) } }

    /// What else was sent and can be read. One that vouches for itself leads to nothing but itself.
    var others: [Certificate] {
        encoded.dropFirst().compactMap { try? Certificate(derEncoded: $0) }.filter { $0.issuer != $0.subject }
    }
}
