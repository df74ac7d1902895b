import Foundation
import NPSServer

/// Which certificates to remind somebody of now: when it is first time to renew one, when it has expired, and every day as
/// long as that lasts.
struct ExpiryReminder {
    private static let interval: TimeInterval = 86_400

    private struct Said {
        var expires: Date
        var isExpired: Bool
        var at: Date
    }

    /// By the certificate's place.
    private var said: [Int: Said] = [:]

    /// - Parameter facts: always in the same order.
    mutating func sentences(for facts: [CertificateFacts], at date: Date) -> [String] {
        facts.enumerated().compactMap { place, certificate in
            guard let sentence = certificate.problem(at: date) else {
                said[place] = nil
                return nil
            }
            let isExpired = certificate.isExpired(at: date)
            if let last = said[place], last.expires == certificate.expires, last.isExpired == isExpired,
                abs(date.timeIntervalSince(last.at)) < Self.interval
            {
                return nil
            }
            said[place] = Said(expires: certificate.expires, isExpired: isExpired, at: date)
            return sentence
        }
    }
}
