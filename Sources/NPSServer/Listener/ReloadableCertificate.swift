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

    private struct State {
        /// Nil until the files can be used for the first time.
        var loaded: Loaded?
        /// Why they can't be used as they are now.
        var problem: ServerError?
    }

    private let files: CertificateFiles
    private let state: Mutex<State>

    /// Reads both files now. If they can't be used, that is its ``problem``, and there is no certificate yet.
    package init(_ files: CertificateFiles) {
        self.files = files
        state = Mutex(State())
        _ = try? refresh()
    }

    /// Of the certificate in force; nil while there is none.
    package var facts: CertificateFacts? { pair?.facts }

    /// Why the files can't be used as they were when somebody looked last; nil when they can.
    package var problem: ServerError? { state.withLock { $0.problem } }

    var pair: CertificatePair? { state.withLock { $0.loaded?.pair } }

    /// The certificate in force, for a handshake; nil while there is none.
    var override: NIOSSLContextConfigurationOverride? { state.withLock { $0.loaded?.override } }

    /// Reads the files again and uses them if they have changed. When they can't be used, as while a renewal has
    /// written only one of the two, the certificate in force stays.
    package func refresh() throws(ServerError) -> Change {
        if let digest = Self.digest(files), digest == state.withLock({ $0.loaded?.digest }) {
            state.withLock { $0.problem = nil }
            return .unchanged
        }
        do throws(ServerError) {
            let new = try Self.read(files)
            state.withLock { $0 = State(loaded: new) }
            return .renewed(new.pair.facts)
        } catch {
            state.withLock { $0.problem = error }
            throw error
        }
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
