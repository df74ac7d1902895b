import Foundation
import Logging
import NPSServer
import ServiceLifecycle

/// Puts renewed certificates into use, each by itself: looks for them every minute, and when it is told to. Says when one
/// should have been renewed and wasn't.
struct CertificateReload: Service {
    let certificates: ReloadableCertificates
    /// Of `http.public-url`.
    let host: String
    let logger: Logger
    let gauges = CertificateGauges()
    var now: @Sendable () -> Date = { Date() }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    func run() async throws {
        gauges.record(certificates.facts)
        for warning in certificates.facts.mistakes(host: host) { logger.warning("\(warning)") }
        try? await cancelWhenGracefulShutdown {
            // A problem that lasts is logged once, not every minute.
            var complaints: [Int: String] = [:]
            var reminder = ExpiryReminder()
            remind(&reminder)
            while !Task.isCancelled {
                try await sleep(.seconds(60))
                for (place, certificate) in certificates.all.enumerated() {
                    complaints[place] = refresh(certificate, after: complaints[place])
                }
                gauges.record(certificates.facts)
                remind(&reminder)
            }
        }
    }

    /// Looks for renewed ones now.
    func renew() {
        for certificate in certificates.all { refresh(certificate) }
        gauges.record(certificates.facts)
    }

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
                if Set(facts.names) != Set(former.names) {
                    for warning in certificates.facts.mistakes(host: host) { logger.warning("\(warning)") }
                }
            }
            return nil
        } catch {
            if complaint != error.description {
                logger.error("the certificate in use stays: \(error)", metadata: ["name": "\(former.name)"])
            }
            return error.description
        }
    }

    private func remind(_ reminder: inout ExpiryReminder) {
        for sentence in reminder.sentences(for: certificates.facts, at: now()) { logger.warning("\(sentence)") }
    }
}
