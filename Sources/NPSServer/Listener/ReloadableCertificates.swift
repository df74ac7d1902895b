import Foundation
import NIOSSL
import Synchronization

/// The certificates of the public listener. Each is renewed by itself, and each handshake gets the one for the name that the
/// client asks for.
package final class ReloadableCertificates: Sendable {
    /// Never empty; the first is for clients that ask for no name, or for an unknown one.
    package let all: [ReloadableCertificate]
    package let profile: TLSFiles.Profile
    private let names: Mutex<ServerNames>

    /// Reads all files now: a problem shows before the listener opens.
    package init(_ files: TLSFiles) throws(ServerError) {
        var all: [ReloadableCertificate] = []
        for pair in files.pairs { all.append(try ReloadableCertificate(pair)) }
        self.all = all
        profile = files.profile
        names = Mutex(ServerNames(all.map(\.facts.names)))
    }

    /// Of the certificates in force, in the order of the settings.
    package var facts: [CertificateFacts] { all.map(\.facts) }

    /// Of the one that a client gets that asks for this host.
    package func facts(for host: String) -> CertificateFacts { certificate(for: host).facts }

    func certificate(for host: String?) -> ReloadableCertificate {
        all[names.withLock { $0.place(for: host) }]
    }

    /// Looks whether one of ``all`` was renewed.
    package func refresh(_ certificate: ReloadableCertificate) throws(ServerError) -> ReloadableCertificate.Change {
        let change = try certificate.refresh()
        if change != .unchanged { names.withLock { $0 = ServerNames(facts.map(\.names)) } }
        return change
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
