import Foundation
import Metrics
import NPSServer
import Synchronization

/// When each certificate in use expires, for the metrics page.
final class CertificateGauges: Sendable {
    private static let label = "nps_tls_certificate_expiry_timestamp_seconds"

    /// What there is a series for.
    private let shown = Mutex<Set<String>>([])

    /// - Parameter facts: in the order of the settings, whose number bounds that of the series.
    func record(_ facts: [CertificateFacts]) {
        let names = Self.names(facts)
        let gone = shown.withLock { shown in
            defer { shown = Set(names) }
            return shown.subtracting(names)
        }
        for name in gone { Self.gauge(name).destroy() }
        for (name, certificate) in zip(names, facts) {
            Self.gauge(name).record(certificate.chainExpires.timeIntervalSince1970)
        }
    }

    private static func gauge(_ name: String) -> Gauge {
        Gauge(label: label, dimensions: [("certificate", name)])
    }

    /// The first name of each; with a number where an earlier one has the same.
    static func names(_ facts: [CertificateFacts]) -> [String] {
        var uses: [String: Int] = [:]
        return facts.map { certificate in
            let use = uses[certificate.name, default: 0] + 1
            uses[certificate.name] = use
            return use == 1 ? certificate.name : "\(certificate.name) \(use)"
        }
    }
}
