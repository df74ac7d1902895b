import Crypto
package import Foundation
package import NPSModel

/// Signs when a form was printed, and with which score chosen, into a hidden field of the form. ``BotCheck`` judges by it:
/// no script, no cookie, nothing kept.
package struct FormSeal: Sendable {
    /// What a form's stamp proves.
    package struct Printed: Sendable, Hashable {
        /// In whole milliseconds.
        package let date: Date
        /// The score in the address that the form was opened at; nil when there was none.
        package let chosen: Score?

        package init(at date: Date, chosen: Score? = nil) {
            self.date = date
            self.chosen = chosen
        }
    }

    /// The first signs, all are believed: a form may be older than the newest key. Each is set up once and copied.
    private let codes: [HMAC<SHA256>]

    init(deriving secrets: [SymmetricKey]) {
        codes = secrets.map { secret in
            let key = HKDF<SHA256>.deriveKey(
                inputKeyMaterial: secret,
                info: Array("nps-collector form issue time".utf8),
                outputByteCount: 32
            )
            return HMAC(key: key)
        }
    }

    /// What the hidden field carries: the time in milliseconds, the chosen score if there is one, and their code.
    ///
    /// - Parameters:
    ///   - claims: of the link, for which alone the stamp is good; nil for an open form.
    ///   - survey: whose open form it is; nil for that of the settings.
    package func stamp(
        _ claims: LinkClaims?,
        in survey: Survey? = nil,
        chosen: Score? = nil,
        at now: Date
    ) -> String {
        guard var code = codes.first else { return "" }
        let milliseconds = String(Int64(now.timeIntervalSince1970 * 1_000))
        let content = chosen.map { "\(milliseconds).\($0.value)" } ?? milliseconds
        code.update(data: Self.message(content, claims, survey))
        return content + "." + Base64URL.encode(Array(code.finalize()))
    }

    /// Nil unless the form's stamp is one of ours for this link, or for this survey's open form where there are no claims.
    package func printed(_ values: FormValues, _ claims: LinkClaims?, in survey: Survey? = nil) -> Printed? {
        let parts = values.issued.split(separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let milliseconds = Int64(parts[0]),
            let code = Base64URL.decode(parts[parts.count - 1].utf8)
        else { return nil }
        let message = Self.message(parts.dropLast().joined(separator: "."), claims, survey)
        let isOurs = codes.contains { start in
            var own = start
            own.update(data: message)
            // In constant time, as Crypto compares codes.
            return own.finalize() == code
        }
        guard isOurs else { return nil }
        let chosen = parts.count == 3 ? Int(parts[1]).flatMap { Score($0) } : nil
        return Printed(at: Date(timeIntervalSince1970: Double(milliseconds) / 1_000), chosen: chosen)
    }

    /// No link's id begins with `survey`: all of them begin with a number or `link:`.
    private static func message(_ content: String, _ claims: LinkClaims?, _ survey: Survey?) -> [UInt8] {
        let form = claims?.providerID ?? survey?.name.map { "survey/" + $0 } ?? "survey"
        return Array("\(content).\(form)".utf8)
    }
}
