import Crypto
package import Foundation
import NIOCore
package import NIOSSL
import Synchronization

/// The certificate in force, and the way to replace it by a renewed one: each new connection gets the current one, open
/// connections keep theirs.
package final class ReloadableCertificate: Sendable {
    package enum Change: Sendable, Hashable {
        case unchanged
        /// In force from now on.
        case renewed(expires: Date)
    }

    private struct Loaded {
        var offered: NIOSSLContextConfigurationOverride
        var expires: Date
        /// Of both files, to notice a change.
        var digest: SHA256Digest?
    }

    private let files: TLSFiles
    private let loaded: Mutex<Loaded>

    /// Reads both files now: a problem shows before the listener opens.
    package init(_ files: TLSFiles) throws(ServerError) {
        self.files = files
        loaded = Mutex(try Self.read(files))
    }

    /// When the certificate in force expires.
    package var expires: Date { loaded.withLock { $0.expires } }

    /// For a listener; asks for the certificate in force at each handshake.
    package func configuration() throws(ServerError) -> TLSConfiguration {
        var configuration = try files.configuration()
        configuration.sslContextCallback = { [self] _, promise in
            promise.succeed(loaded.withLock { $0.offered })
        }
        return configuration
    }

    /// Reads the files again and uses them if they have changed. When they can't be used, as while a renewal has
    /// written only one of the two, the certificate in force stays.
    package func refresh() throws(ServerError) -> Change {
        if let digest = Self.digest(files), digest == loaded.withLock({ $0.digest }) { return .unchanged }
        let new = try Self.read(files)
        loaded.withLock { $0 = new }
        return .renewed(expires: new.expires)
    }

    private static func read(_ files: TLSFiles) throws(ServerError) -> Loaded {
        // Before the files themselves: if they change in between, the next look sees another digest.
        let digest = digest(files)
        let configuration = try files.configuration()
        var offered = NIOSSLContextConfigurationOverride()
        offered.certificateChain = configuration.certificateChain
        offered.privateKey = configuration.privateKey
        var expires = Date.distantFuture
        for case .certificate(let certificate) in configuration.certificateChain {
            expires = min(expires, Date(timeIntervalSince1970: TimeInterval(certificate.notValidAfter)))
        }
        return Loaded(offered: offered, expires: expires, digest: digest)
    }

    private static func digest(_ files: TLSFiles) -> SHA256Digest? {
        var hash = SHA256()
        for path in [files.certificate, files.privateKey] {
            guard let data = FileManager.default.contents(atPath: path) else { return nil }
            hash.update(data: data)
        }
        return hash.finalize()
    }
}
