import Foundation
import Synchronization
import X509

/// Client certificates that were found good, so that a chain is checked once and not for each request, and so that a
/// resumed TLS session, which only remembers the client's own certificate, needs no other one again.
///
/// It remembers what follows from a certificate and a rule alone: a rule that has changed, by another authority or name,
/// finds nothing here. Only certificates that an authority of some source issued get in.
enum VerifiedCertificates {
    private struct Key: Hashable {
        let rule: ClientCertificateRule
        let fingerprint: [UInt8]
    }

    /// Certificates that are remembered; far more than senders have.
    private static let limit = 1_024

    private static let known = Mutex<[Key: ClosedRange<Date>]>([:])

    static func contain(_ certificate: ClientCertificate, by rule: ClientCertificateRule, at date: Date) -> Bool {
        let key = Key(rule: rule, fingerprint: certificate.fingerprint)
        return known.withLock { $0[key]?.contains(date) ?? false }
    }

    /// - Parameter chain: that was verified; never empty.
    static func add(_ certificate: ClientCertificate, by rule: ClientCertificateRule, chain: [Certificate]) {
        guard let begin = chain.map(\.notValidBefore).max(), let end = chain.map(\.notValidAfter).min(), begin <= end
        else { return }
        let key = Key(rule: rule, fingerprint: certificate.fingerprint)
        known.withLock { known in
            // To check some of them again costs less than to keep an order.
            if known.count >= limit { known.removeAll() }
            known[key] = begin...end
        }
    }
}
