import Crypto
import Foundation
import SwiftASN1
import X509

/// An authority for client certificates, or something that issues them without being one.
struct TestAuthority {
    let certificate: Certificate
    private let key = Certificate.PrivateKey(P256.Signing.PrivateKey())

    /// - Parameters:
    ///   - issuer: nil for one that vouches for itself.
    ///   - isAuthority: whether its certificate says so.
    ///   - days: until it expires
    init(
        _ name: String = "Acme CA",
        below issuer: TestAuthority? = nil,
        isAuthority: Bool = true,
        days: Double = 365
    ) throws {
        let subject = try DistinguishedName { CommonName(name) }
        certificate = try Self.certificate(
            of: key,
            subject: subject,
            issuer: issuer?.certificate.subject ?? subject,
            signedBy: issuer?.key ?? key,
            valid: Date(timeIntervalSinceNow: -86_400 * 400)...Date(timeIntervalSinceNow: 86_400 * days),
            extensions: Certificate.Extensions {
                if isAuthority {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                    Critical(KeyUsage(keyCertSign: true))
                } else {
                    Critical(BasicConstraints.notCertificateAuthority)
                }
            }
        )
    }

    /// A client's certificate. By default it is for `nps.acme.example`, valid now and for clients.
    ///
    /// - Parameter purposes: nil for none.
    func issue(
        _ names: [GeneralName] = [.dnsName("nps.acme.example")],
        valid days: ClosedRange<Double> = -1...1,
        purposes: [ExtendedKeyUsage.Usage]? = [.clientAuth]
    ) throws -> Certificate {
        try Self.certificate(
            of: Certificate.PrivateKey(P256.Signing.PrivateKey()),
            subject: try DistinguishedName { CommonName("a sender") },
            issuer: certificate.subject,
            signedBy: key,
            valid: Date(
                timeIntervalSinceNow: 86_400 * days.lowerBound
            )...Date(timeIntervalSinceNow: 86_400 * days.upperBound),
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames(names)
                if let purposes { try ExtendedKeyUsage(purposes) }
            }
        )
    }

    private static func certificate(
        of key: Certificate.PrivateKey,
        subject: DistinguishedName,
        issuer: DistinguishedName,
        signedBy issuerKey: Certificate.PrivateKey,
        valid: ClosedRange<Date>,
        extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key.publicKey,
            notValidBefore: valid.lowerBound,
            notValidAfter: valid.upperBound,
            issuer: issuer,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: extensions,
            issuerPrivateKey: issuerKey
        )
    }
}

extension Certificate {
    var pem: String {
        get throws { try serializeAsPEM().pemString + "\n" }
    }

    var der: [UInt8] {
        get throws {
            var serializer = DER.Serializer()
            try serializer.serialize(self)
            return serializer.serializedBytes
        }
    }
}
