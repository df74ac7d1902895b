import Crypto
package import Foundation
import NPSModel

/// Signs the time at which a form was printed, and tells by it and by the field that people don't see whether a
/// machine sent the form. No script, no cookie, nothing kept.
package struct FormSeal: Sendable {
    /// Nobody reads the question and answers it in fewer seconds.
    package static let quickest: TimeInterval = 2

    /// The first signs, all are believed: a form may be older than the newest key.
    private let keys: [SymmetricKey]

    init(deriving secrets: [SymmetricKey]) {
        keys = secrets.map { secret in
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: secret,
                info: Array("nps-collector form issue time".utf8),
                outputByteCount: 32
            )
        }
    }

    /// What the form's hidden field carries: the time in milliseconds and its code, good for this link only.
    package func stamp(_ claims: LinkClaims, at now: Date) -> String {
        let time = String(Int64(now.timeIntervalSince1970 * 1_000))
        guard let key = keys.first else { return "" }
        let code = HMAC<SHA256>.authenticationCode(for: message(time, claims), using: key)
        return time + "." + Base64URL.encode(code)
    }

    /// When the form was printed; nil unless its stamp is one of ours for this link.
    package func issued(_ values: FormValues, _ claims: LinkClaims) -> Date? {
        let parts = values.issued.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let code = Base64URL.decode(parts[1].utf8) else {
            return nil
        }
        let message = message(String(parts[0]), claims)
        let isOurs = keys.contains { key in
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message, using: key)
        }
        return isOurs ? Date(timeIntervalSince1970: Double(milliseconds) / 1_000) : nil
    }

    /// A form without a stamp of ours is nobody's: every form that a person gets to see has one.
    package func isMechanical(_ values: FormValues, _ claims: LinkClaims, at now: Date) -> Bool {
        guard values.trap.isEmpty, let issued = issued(values, claims) else { return true }
        return now.timeIntervalSince(issued) < Self.quickest
    }

    private func message(_ time: String, _ claims: LinkClaims) -> [UInt8] {
        Array("\(time).\(claims.providerID)".utf8)
    }
}
