import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// Tells whether a request has `admin.token`.
struct AdminCredentials: Sendable {
    enum Scheme: String, CaseIterable {
        /// Programs.
        case bearer
        /// Browsers: any name, and the token for the password (RFC 7617).
        case basic
    }

    enum Verdict: Hashable {
        case right
        /// No token is configured.
        case closed
        /// There are none of these schemes.
        case missing
        case wrong
        /// There were too many wrong ones, so that these weren't looked at.
        case tooMany(seconds: Int)
    }

    /// Nil = management is closed.
    private let digest: SHA256Digest?
    private let limit: SignInLimit
    private let refusals: AdminRefusals

    init(token: String?, limit: SignInLimit, refusals: AdminRefusals) {
        digest = token.map(Self.digest)
        self.limit = limit
        self.refusals = refusals
    }

    /// Counts and logs what isn't right.
    func check(_ request: Request, from client: Peer, by schemes: [Scheme]) -> Verdict {
        guard let digest else { return .closed }
        guard let field = request.headers[.authorization], let scheme = schemes.first(where: { $0.isNamed(in: field) })
        else { return .missing }
        // Digests are compared: neither length nor content shows in the time it takes.
        let outcome = limit.outcome(for: client, trying: field.hashValue) {
            scheme.secret(in: field).map(Self.digest) == digest
        }
        switch outcome {
        case .right: return .right
        case .wrong:
            refusals.note(.credentials)
            return .wrong
        case .unheard(let seconds):
            refusals.note(.rate)
            return .tooMany(seconds: seconds)
        }
    }

    private static func digest(_ token: String) -> SHA256Digest { SHA256.hash(data: Array(token.utf8)) }
}

extension AdminCredentials.Scheme {
    /// A scheme's name has no case (RFC 9110 §11.1).
    fileprivate func isNamed(in field: String) -> Bool {
        let name = field.prefix(rawValue.utf8.count + 1)
        return name.last == " " && name.dropLast().lowercased() == rawValue
    }

    /// Nil for what can't be read.
    fileprivate func secret(in field: String) -> String? {
        let credentials = String(field.dropFirst(rawValue.utf8.count + 1))
        guard self == .basic else { return credentials }
        guard let data = Data(base64Encoded: credentials), let colon = data.firstIndex(of: UInt8(ascii: ":")) else {
            return nil
        }
        return String(data: data[(colon + 1)...], encoding: .utf8)
    }
}
