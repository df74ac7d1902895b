import Crypto
import Foundation
import SwiftASN1
import X509

/// Which client certificates a scheme of the kind `client_certificate` accepts: `ca` and `san` of a source file.
///
/// Each certificate of `ca` is trusted, and nothing else is: no authority of the system, and none of another source.
package struct ClientCertificateRule: Sendable, Hashable {
    /// Nil when the file names none.
    var authorities: [Certificate]?
    /// One of them is enough.
    var names: [CertificateName] = []

    /// Why a certificate is refused; nil when it is accepted.
    ///
    /// - Parameter date: the time at which it has to be valid. Chains are checked by the machine's clock as well.
    func rejection(of certificate: ClientCertificate, at date: Date) async -> SignatureRejection? {
        if VerifiedCertificates.contain(certificate, by: self, at: date) { return nil }
        guard let own = certificate.own else { return .refusedCertificate(.unreadable) }
        if let problem = Self.problem(of: own, at: date) { return .refusedCertificate(problem) }
        var verifier = X509.Verifier(rootCertificates: CertificateStore(authorities ?? [])) {
            RFC5280Policy()
            ClientPurpose()
        }
        let result = await verifier.validate(leaf: own, intermediates: CertificateStore(certificate.others))
        guard case .validCertificate(let chain) = result else { return .refusedCertificate(.unknownAuthority) }
        guard isNamed(own) else { return .refusedCertificate(.otherName) }
        VerifiedCertificates.add(certificate, by: self, chain: Array(chain))
        return nil
    }

    private func isNamed(_ certificate: Certificate) -> Bool {
        guard let found = try? certificate.extensions.subjectAlternativeNames else { return false }
        return found.contains { name in names.contains { $0.isSame(as: name) } }
    }

    /// What is wrong with the client's own certificate, whoever issued it.
    private static func problem(of certificate: Certificate, at date: Date) -> CertificateProblem? {
        if certificate.notValidAfter < date { return .expired }
        if certificate.notValidBefore > date { return .notYetValid }
        return certificate.isForClients ? nil : .notForClients
    }

    /// When the first of the authorities expires; nil without any.
    var expires: Date? { authorities?.map(\.notValidAfter).min() }
}

/// Each certificate of a chain must be meant for what it is used for: the client's own for TLS clients, those of
/// authorities for issuing, and if they name purposes, for TLS clients among them. And its signature must prove something.
private struct ClientPurpose: VerifierPolicy {
    /// The name is compared once a chain is found.
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.extendedKeyUsage, .X509ExtensionID.subjectAlternativeName,
    ]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) async -> PolicyEvaluationResult {
        guard chain.leaf.isForClients else { return .failsToMeetPolicy(reason: "not for clients") }
        guard chain.dropFirst().allSatisfy(\.issuesForClients) else {
            return .failsToMeetPolicy(reason: "an authority that issues nothing for clients")
        }
        // The last one is trusted for itself. Others can be forged (SHA-1, https://shattered.io).
        guard !chain.dropLast().contains(where: { $0.signatureAlgorithm == .sha1WithRSAEncryption }) else {
            return .failsToMeetPolicy(reason: "signed by SHA-1")
        }
        return .meetsPolicy
    }
}

extension Certificate {
    /// Whether this is an authority (RFC 5280 §4.2.1.9). Certificates of version 1 can't say so.
    var isAuthority: Bool {
        if version != .v1, case .isCertificateAuthority? = try? extensions.basicConstraints { true } else { false }
    }

    /// Whether nothing forbids an authority to issue certificates for TLS clients.
    fileprivate var issuesForClients: Bool {
        do {
            guard isAuthority else { return false }
            if let usage = try extensions.keyUsage, !usage.keyCertSign { return false }
            guard let purposes = try extensions.extendedKeyUsage else { return true }
            return purposes.contains(.clientAuth) || purposes.contains(.any)
        } catch {
            return false
        }
    }

    /// Whether its purposes are named, and TLS clients are among them (RFC 5280 §4.2.1.12).
    fileprivate var isForClients: Bool { (try? extensions.extendedKeyUsage)?.contains(.clientAuth) == true }
}
