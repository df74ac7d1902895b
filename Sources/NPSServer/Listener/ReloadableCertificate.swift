import Crypto
import Foundation
import NIOSSL
import Synchronization

/// A certificate in force, and the way to replace it by a renewed one: each new connection gets the current one, open
/// connections keep theirs.
package final class ReloadableCertificate: Sendable {
    package enum Change: Sendable, Hashable {
        case unchanged
        /// In force from now on.
        case renewed(CertificateFacts)
    }

    private struct Loaded {
        var pair: CertificatePair
        var override: NIOSSLContextConfigurationOverride
        /// Of both files, to notice a change.
        var digest: SHA256Digest?
    }

    private let files: CertificateFiles
    private let loaded: Mutex<Loaded>

    /// Reads both files now: a problem shows before the listener opens.
    package init(_ files: CertificateFiles) throws(ServerError) {
        self.files = files
        loaded = Mutex(try Self.read(files))
    }

    /// Of the certificate in force.
    package var facts: CertificateFacts { pair.facts }

    var pair: CertificatePair { loaded.withLock { $0.pair } }

    /// The certificate in force, for a handshake.
    var override: NIOSSLContextConfigurationOverride { loaded.withLock { $0.override } }

    /// Reads the files again and uses them if they have changed. When they can't be used, as while a renewal has
    /// written only one of the two, the certificate in force stays.
    package func refresh() throws(ServerError) -> Change {
        if let digest = Self.digest(files), digest == loaded.withLock({ $0.digest }) { return .unchanged }
        let new = try Self.read(files)
        loaded.withLock { $0 = new }
        return .renewed(new.pair.facts)
    }

    private static func read(_ files: CertificateFiles) throws(ServerError) -> Loaded {
        // Before the files themselves: if they change in between, the next look sees another digest.
        let digest = digest(files)
        let pair = try files.read()
        return Loaded(pair: pair, override: pair.override, digest: digest)
    }

    private static func digest(_ files: CertificateFiles) -> SHA256Digest? {
        var hash = SHA256()
        for path in [files.certificate, files.privateKey] {
            guard let data = FileManager.default.contents(atPath: path) else { return nil }
            hash.update(data: data)
        }
        return hash.finalize()
    }
}
