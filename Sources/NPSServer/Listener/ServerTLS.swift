package import Foundation
package import Logging
import NIOCore
import NIOSSL
import NPSWebhooks
import Synchronization

/// TLS of the public listener: the certificates in force, and client certificates where a webhook source asks for them.
///
/// Also with a certificate that no source accepts a connection opens: TLS itself has proved that the client holds the key,
/// and what the certificate is worth is for each source to say when a request comes (`Channel.clientCertificate`). So no
/// source's authority counts for another one, and the form is open to browsers that were given a certificate for something
/// else. There are two exceptions, in TLS 1.2 and for a certificate that isn't valid yet.
package final class ServerTLS: Sendable {
    private struct Offer {
        let context: NIOSSLContext
        /// Of the sources; empty = clients are asked for no certificate.
        let rules: Set<ClientCertificateRule>
    }

    private let certificates: ReloadableCertificates
    private let sources: ReloadableSources
    private let now: @Sendable () -> Date
    private let logger: Logger
    private let offer: Mutex<Offer>

    /// - Parameter sources: say which authorities of clients are named in the handshake, now and after each reload.
    package init(
        _ certificates: ReloadableCertificates,
        sources: ReloadableSources,
        now: @escaping @Sendable () -> Date = { Date() },
        logger: Logger
    ) throws {
        self.certificates = certificates
        self.sources = sources
        self.now = now
        self.logger = logger
        offer = Mutex(try Self.offer(certificates, for: sources.current))
        sources.follow { [weak self] catalogue in self?.ask(for: catalogue) }
    }

    /// The handler for a connection that opens.
    func handler() -> NIOSSLServerHandler {
        let offer = offer.withLock { $0 }
        guard !offer.rules.isEmpty else { return NIOSSLServerHandler(context: offer.context) }
        let opened = Opened()
        let handler = NIOSSLServerHandler(context: offer.context) { [sources, now] chain, promise in
            guard let certificate = ClientCertificate(chain.compactMap { try? $0.toDERBytes() }) else {
                return promise.succeed(.failed)
            }
            let isForgotten = opened.handler?.tlsVersion == .tlsv13
            Task {
                let isGoingOn =
                    switch await sources.current.examine(certificate, at: now()) {
                    case .accepted: true
                    // In TLS 1.2 BoringSSL may keep the session with the certificates for two hours, of anybody.
                    case .refused: isForgotten
                    // A session that is resumed later wouldn't have the certificates in between.
                    case .notYetValid: false
                    }
                // What was sent, and no more than that: sources verify it.
                let sent = VerificationMetadata(ValidatedCertificateChain(chain))
                promise.succeed(isGoingOn ? .certificateVerified(sent) : .failed)
            }
        }
        opened.handler = handler
        return handler
    }

    /// The handler of a connection, for its own callback; for its event loop only.
    private final class Opened {
        weak var handler: NIOSSLServerHandler?
    }

    /// Sessions that began under other rules are not resumed: their tickets are the former context's. So what was sent in a
    /// handshake was looked at by the rules that are in force.
    private func ask(for catalogue: SourceCatalogue) {
        guard offer.withLock({ $0.rules }) != catalogue.certificateRules else { return }
        do {
            let new = try Self.offer(certificates, for: catalogue)
            offer.withLock { $0 = new }
        } catch {
            logger.error("clients are asked for certificates as before: \(error)")
        }
    }

    private static func offer(_ certificates: ReloadableCertificates, for catalogue: SourceCatalogue) throws -> Offer {
        guard let standard = certificates.standard else { throw ServerError.noCertificate }
        var configuration = certificates.profile.configuration(with: standard)
        configuration.sslContextCallback = { client, promise in
            promise.succeed(certificates.certificate(for: client.serverHostname).override ?? .noChanges)
        }
        let rules = catalogue.certificateRules
        if !rules.isEmpty {
            configuration.certificateVerification = .optionalVerification
            configuration.trustRoots = .certificates(
                catalogue.namedAuthorities.compactMap { try? NIOSSLCertificate(bytes: $0, format: .der) }
            )
            // A browser that has no certificate of these asks nobody which one to show.
            configuration.sendCANameList = true
        }
        return Offer(context: try NIOSSLContext(configuration: configuration), rules: rules)
    }
}

extension Channel {
    /// What the client of this connection showed in the TLS handshake, or in that of the connection that this channel is a
    /// stream of; nil for no certificate, without TLS and once the connection is closed. For the event loop only.
    var clientCertificate: ClientCertificate? {
        var channel: (any Channel)? = self
        // Above a connection stands the socket that accepted it, on an event loop of its own.
        while let next = channel, next.eventLoop === eventLoop {
            if let handler = try? next.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self) {
                // A resumed session knows the client's own alone.
                let chain = handler.peerValidatedCertificateChain.map(Array.init) ?? []
                let shown = chain.isEmpty ? [handler.peerCertificate].compactMap(\.self) : chain
                return ClientCertificate(shown.compactMap { try? $0.toDERBytes() })
            }
            channel = next.parent
        }
        return nil
    }
}
