import Foundation
import Logging
import Metrics
import NPSServer
import ServiceLifecycle

/// Puts a renewed certificate into use: looks for one every minute, and when it is told to.
struct CertificateReload: Service {
    /// In seconds. Automatic renewal happens a month before expiry, so this close to it something is wrong.
    static var warning: TimeInterval { 14 * 86_400 }

    let certificate: ReloadableCertificate
    let logger: Logger
    var now: @Sendable () -> Date = { Date() }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    func run() async throws {
        reportExpiry(certificate.expires)
        try? await cancelWhenGracefulShutdown {
            // A problem that lasts is logged once, not every minute.
            var complaint: String?
            while !Task.isCancelled {
                try await sleep(.seconds(60))
                complaint = refresh(after: complaint)
            }
        }
    }

    /// Looks for one now.
    func renew() { refresh() }

    /// What is wrong; nil when nothing is.
    @discardableResult
    private func refresh(after complaint: String? = nil) -> String? {
        do throws(ServerError) {
            if case .renewed(let expires) = try certificate.refresh() {
                logger.notice("the renewed certificate is in use", metadata: ["expires": "\(expires)"])
                reportExpiry(expires)
            }
            return nil
        } catch {
            if complaint != error.description {
                logger.error("the certificate in use stays: \(error)")
            }
            return error.description
        }
    }

    private func reportExpiry(_ expires: Date) {
        Gauge(label: "nps_tls_certificate_expiry_timestamp_seconds").record(expires.timeIntervalSince1970)
        if expires.timeIntervalSince(now()) < Self.warning {
            logger.warning("the certificate expires soon: renew it", metadata: ["expires": "\(expires)"])
        }
    }
}
