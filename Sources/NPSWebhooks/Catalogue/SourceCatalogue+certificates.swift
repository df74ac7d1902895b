package import Foundation
import SwiftASN1
import X509

/// Client certificates, of all sources together.
extension SourceCatalogue {
    /// In bytes, of the names in a handshake; some clients take no more than 32 KB of a message, and none more than 64.
    private static let nameLimit = 8_192

    /// What is asked of client certificates; empty = no source asks for one.
    package var certificateRules: Set<ClientCertificateRule> { Set(sources.flatMap(\.certificateRules)) }

    /// The authorities that a handshake names, as DER, each once; none when their names are too long together.
    package var namedAuthorities: [[UInt8]] {
        hasTooManyAuthorities ? [] : authorities.compactMap(\.encoded)
    }

    private var authorities: [Certificate] {
        var seen: Set<Certificate> = []
        return sources.flatMap(\.certificateRules).flatMap { $0.authorities ?? [] }.filter { seen.insert($0).inserted }
    }

    private var hasTooManyAuthorities: Bool {
        let sizes = authorities.map { authority in
            var serializer = DER.Serializer()
            guard (try? serializer.serialize(authority.subject)) != nil else { return 0 }
            return serializer.serializedBytes.count + 2
        }
        return sizes.reduce(0, +) > Self.nameLimit
    }

    /// For each source that asks for client certificates, when the first of its authorities begins and expires.
    package var authorityPeriods: [(label: String, period: ClosedRange<Date>)] {
        sources.compactMap { source in
            let authorities = source.certificateRules.flatMap { $0.authorities ?? [] }
            guard let first = authorities.min(by: { $0.notValidAfter < $1.notValidAfter }),
                first.notValidBefore <= first.notValidAfter
            else { return nil }
            return (source.label, first.notValidBefore...first.notValidAfter)
        }
    }

    /// What a connection that opens has shown.
    package enum Examination: Sendable {
        /// By some source.
        case accepted
        case refused
        /// Later it may be accepted.
        case notYetValid
    }

    /// Looks at the certificate of a connection that opens as its requests will: what a source accepts now is known then,
    /// also in later connections that resume the TLS session, which don't have the certificates in between again.
    package func examine(_ certificate: ClientCertificate, at date: Date) async -> Examination {
        var problems: [CertificateProblem?] = []
        for rule in certificateRules { problems.append(await rule.rejection(of: certificate, at: date)) }
        if problems.contains(nil) { return .accepted }
        return problems.contains(.notYetValid) ? .notYetValid : .refused
    }

    /// What is probably a mistake, one sentence each.
    ///
    /// - Parameter isEncrypted: whether TLS ends here, so that there are client certificates.
    package func warnings(isEncrypted: Bool) -> [String] {
        var warnings = sources.filter { $0.asksForCertificate && !isEncrypted }.map { source in
            """
            the webhook \(source.label) asks for a client certificate and accepts nothing by one: without tls.certificate \
            no connection has any, and what a proxy says about one is not believed
            """
        }
        if hasTooManyAuthorities {
            warnings.append(
                """
                the authorities of all ca files have names of more than \(Self.nameLimit) bytes, so none is named when a \
                client is asked for its certificate: browsers may offer any, and some tools send none
                """
            )
        }
        return warnings
    }
}
