import Foundation
import Logging
import NPSServer
import ServiceLifecycle

/// Puts renewed certificates into use, each by itself: looks for them every minute, and when it is told to. Says when one
/// should have been renewed and wasn't.
struct CertificateReload: Service {
    let certificates: ReloadableCertificates
    /// Of client certificates, for which others have to renew them.
    var authorities: @Sendable () -> [CertificateFacts] = { [] }
    /// Of `http.public-url`.
    let host: String
    let logger: Logger
    let gauges = CertificateGauges()
    var now: @Sendable () -> Date = { Date() }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    func run() async throws {
        gauges.record(watched)
        for warning in certificates.facts.mistakes(host: host) { logger.warning("\(warning)") }
        try? await cancelWhenGracefulShutdown {
            // A problem that lasts is logged once, not every minute.
            var complaints: [Int: String] = [:]
            for (place, certificate) in certificates.all.enumerated() where certificate.facts == nil {
                complaints[place] = refresh(certificate)
            }
            var reminder = ExpiryReminder()
            remind(&reminder)
            while !Task.isCancelled {
                try await sleep(.seconds(60))
                for (place, certificate) in certificates.all.enumerated() {
                    complaints[place] = refresh(certificate, after: complaints[place])
                }
                gauges.record(watched)
                remind(&reminder)
            }
        }
    }

    /// Looks for renewed ones now.
    func renew() {
        for certificate in certificates.all { refresh(certificate) }
        gauges.record(watched)
    }

    /// Whose end somebody has to know of.
    private var watched: [CertificateFacts] { certificates.facts + authorities() }

    /// What is wrong; nil when nothing is.
    @discardableResult
    private func refresh(_ certificate: ReloadableCertificate, after complaint: String? = nil) -> String? {
        let former = certificate.facts
        do throws(ServerError) {
            if case .renewed(let facts) = try certificates.refresh(certificate) {
                logger.notice(
                    "the renewed certificate is in use",
                    metadata: ["name": "\(facts.name)", "expires": "\(facts.chainExpires)"]
                )
                if Set(facts.names) != Set(former?.names ?? []) {
                    for warning in certificates.facts.mistakes(host: host) { logger.warning("\(warning)") }
                }
            }
            return nil
        } catch {
            if complaint != error.description {
                if let former {
                    logger.error("the certificate in use stays: \(error)", metadata: ["name": "\(former.name)"])
                } else {
                    logger.error("a certificate is left out until it can be used: \(error)")
                }
            }
            return error.description
        }
    }

    private func remind(_ reminder: inout ExpiryReminder) {
        for sentence in reminder.sentences(for: watched, at: now()) { logger.warning("\(sentence)") }
    }
}
