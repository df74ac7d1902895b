import Crypto
import Foundation
import SwiftASN1
import X509

/// Which client certificates a scheme of the kind `client_certificate` accepts: `ca` and `san` of a source file.
///
/// Each certificate of `ca` is trusted, and nothing else is: no authority of the system, and none of another source.
package struct ClientCertificateRule: Sendable {
    /// Nil when the file names none.
    var authorities: [Certificate]? { didSet { prepare() } }
    /// One of them is enough.
    var names: [CertificateName] = [] { didSet { prepare() } }

    /// The same for equal rules, and for no others. Made once: rules are compared for each request.
    private var identity: [UInt8] = []
    private var roots = CertificateStore()

    private mutating func prepare() {
        roots = CertificateStore(authorities ?? [])
        var hash = SHA256()
        for authority in authorities ?? [] { hash.update(data: SHA256.hash(data: authority.encoded ?? []).bytes) }
        for name in names { hash.update(data: SHA256.hash(data: Array("\(name)".utf8)).bytes) }
        hash.update(data: Array("\(authorities?.count ?? -1) \(names.count)".utf8))
        identity = hash.finalize().bytes
    }

    /// Why a certificate is refused; nil when it is accepted.
    ///
    /// - Parameter date: the time at which it has to be valid. Chains are checked by the machine's clock as well.
    func rejection(of certificate: ClientCertificate, at date: Date) async -> CertificateProblem? {
        if VerifiedCertificates.contain(certificate, by: self, at: date) { return nil }
        guard let own = certificate.own else { return .unreadable }
        if let problem = Self.problem(of: own, at: date) { return problem }
        let shown = certificate.others
        let others = shown.isEmpty ? VerifiedCertificates.others(of: certificate) : shown
        var verifier = X509.Verifier(rootCertificates: roots) {
            RFC5280Policy()
            ClientPurpose()
        }
        switch await verifier.validate(leaf: own, intermediates: CertificateStore(others)) {
        case .couldNotValidate(let failures):
            // Without any, no chain led to an authority.
            return failures.isEmpty ? .unknownAuthority : .unsoundChain
        case .validCertificate(let chain):
            guard isNamed(own) else { return .otherName }
            VerifiedCertificates.add(certificate, by: self, chain: Array(chain), others: others)
            return nil
        }
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
}

extension ClientCertificateRule: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.identity == right.identity }

    package func hash(into hasher: inout Hasher) { hasher.combine(identity) }
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
    /// DER; nil for what can't be written, which was read before.
    var encoded: [UInt8]? {
        var serializer = DER.Serializer()
        guard (try? serializer.serialize(self)) != nil else { return nil }
        return serializer.serializedBytes
    }

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

extension SHA256Digest {
    fileprivate var bytes: [UInt8] { Array(self) }
}
