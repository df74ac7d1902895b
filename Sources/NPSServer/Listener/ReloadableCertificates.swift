package import Foundation
import NIOSSL
import Synchronization

/// The certificates of the public listener. Each is renewed by itself, and each handshake gets the one for the name that the
/// client asks for.
package final class ReloadableCertificates: Sendable {
    /// Never empty; the first that can be used is for clients that ask for no name, or for an unknown one.
    package let all: [ReloadableCertificate]
    package let profile: TLSFiles.Profile
    private let names: Mutex<ServerNames>

    /// Reads all files now.
    ///
    /// - Throws: when none can be used: what is wrong with the first.
    package init(_ files: TLSFiles) throws(ServerError) {
        all = files.pairs.map { ReloadableCertificate($0) }
        profile = files.profile
        if !all.contains(where: { $0.facts != nil }), let problem = all.first?.problem { throw problem }
        names = Mutex(Self.names(all))
    }

    /// Of the certificates in force, in the order of the settings.
    package var facts: [CertificateFacts] { all.compactMap(\.facts) }

    /// Of the one that a client gets that asks for this host.
    package func facts(for host: String) -> CertificateFacts? { certificate(for: host).facts }

    /// What has to be done about them, one sentence each.
    package func problems(at date: Date) -> [String] {
        all.compactMap { $0.problem?.description ?? $0.facts?.problem(at: date) }
    }

    /// That for clients that ask for no name; nil in no case, since one can be used.
    var standard: CertificatePair? { certificate(for: nil).pair ?? all.lazy.compactMap(\.pair).first }

    func certificate(for host: String?) -> ReloadableCertificate {
        all[names.withLock { $0.place(for: host) }]
    }

    /// Looks whether one of ``all`` was renewed.
    package func refresh(_ certificate: ReloadableCertificate) throws(ServerError) -> ReloadableCertificate.Change {
        let change = try certificate.refresh()
        if change != .unchanged { names.withLock { $0 = Self.names(all) } }
        return change
    }

    private static func names(_ certificates: [ReloadableCertificate]) -> ServerNames {
        let facts = certificates.map(\.facts)
        return ServerNames(facts.map { $0?.names ?? [] }, standard: facts.firstIndex { $0 != nil } ?? 0)
    }
}

extension [CertificateFacts] {
    /// What is probably a mistake in their names, one sentence each.
    ///
    /// - Parameter host: of `http.public-url`.
    package func mistakes(host: String) -> [String] {
        var mistakes = ServerNames(map(\.names)).repeated.map { name in
            """
            more than one of tls.certificate is for \(name): clients that ask for it get the first, whatever their keys are \
            for; leave one out
            """
        }
        if IPAddress(host.trimmingCharacters(in: ["[", "]"])) == nil, !contains(where: { $0.covers(host) }) {
            mistakes.append("no certificate is for \(host), the host of http.public-url: browsers will refuse it")
        }
        return mistakes
    }
}
