import Foundation
import Synchronization
import X509

/// Client certificates that were found good, so that a chain is checked once and not for each request, and the certificates
/// in between that led to an authority, which a resumed TLS session doesn't have again.
///
/// It remembers what follows from a certificate and a rule alone: a rule that has changed, by another authority or name,
/// finds no verdict here. Only certificates that an authority of some source issued get in.
enum VerifiedCertificates {
    private struct Key: Hashable {
        let rule: ClientCertificateRule
        let fingerprint: [UInt8]
    }

    private struct Known {
        var verdicts = RecentValues<Key, ClosedRange<Date>>(capacity: 512)
        var others = RecentValues<[UInt8], [Certificate]>(capacity: 512)
    }

    private static let known = Mutex(Known())

    static func contain(_ certificate: ClientCertificate, by rule: ClientCertificateRule, at date: Date) -> Bool {
        let key = Key(rule: rule, fingerprint: certificate.fingerprint)
        return known.withLock { $0.verdicts.value(for: key)?.contains(date) ?? false }
    }

    /// What else was sent with it when it was found good.
    static func others(of certificate: ClientCertificate) -> [Certificate] {
        known.withLock { $0.others.value(for: certificate.fingerprint) ?? [] }
    }

    /// - Parameters:
    ///   - chain: that was verified; never empty.
    ///   - others: that were needed for it, or might have been.
    static func add(
        _ certificate: ClientCertificate,
        by rule: ClientCertificateRule,
        chain: [Certificate],
        others: [Certificate]
    ) {
        guard let begin = chain.map(\.notValidBefore).max(), let end = chain.map(\.notValidAfter).min(), begin <= end
        else { return }
        let key = Key(rule: rule, fingerprint: certificate.fingerprint)
        known.withLock { known in
            known.verdicts.set(begin...end, for: key)
            if !others.isEmpty { known.others.set(others, for: certificate.fingerprint) }
        }
    }
}
