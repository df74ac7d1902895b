import Crypto
package import Foundation
import NPSModel

/// Signs the time at which a form was printed, and tells by it and by the field that people don't see whether a
/// machine sent the form. No script, no cookie, nothing kept.
package struct FormSeal: Sendable {
    /// Nobody reads the question and answers it in fewer seconds.
    package static let quickest: TimeInterval = 2

    private let key: SymmetricKey

    init(deriving secret: SymmetricKey) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret,
            info: Array("nps-collector form issue time".utf8),
            outputByteCount: 32
        )
    }

    /// What the form's hidden field carries: the time in milliseconds and its code, good for this link only.
    package func stamp(_ claims: LinkClaims, at now: Date) -> String {
        let time = String(Int64(now.timeIntervalSince1970 * 1_000))
        return time + "." + Base64URL.encode(code(time, claims))
    }

    /// A form without a stamp, or with one of an earlier run's key, tells nothing: that alone is no suspicion.
    package func isMechanical(_ values: FormValues, _ claims: LinkClaims, at now: Date) -> Bool {
        guard values.trap.isEmpty else { return true }
        let parts = values.issued.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let sent = Base64URL.decode(parts[1].utf8),
            HMAC<SHA256>.isValidAuthenticationCode(sent, authenticating: message(String(parts[0]), claims), using: key)
        else { return false }
        return now.timeIntervalSince1970 - Double(milliseconds) / 1_000 < Self.quickest
    }

    private func code(_ time: String, _ claims: LinkClaims) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: message(time, claims), using: key)
    }

    private func message(_ time: String, _ claims: LinkClaims) -> [UInt8] {
        Array("\(time).\(claims.providerID)".utf8)
    }
}
