import Crypto
import NPSModel

/// The reason that a short name stands for, in addresses and forms.
package struct ReasonChoice: Sendable {
    private let key: String
    /// By the reasons that were asked about, of which there are far fewer than responses.
    private var known: [String: Bool] = [:]

    package init(_ key: String) {
        self.key = key
    }

    /// Whether this is the reason.
    package mutating func holds(_ reason: String) -> Bool {
        if let known = known[reason] { return known }
        let isMeant = Self.key(of: reason) == key
        known[reason] = isMeant
        return isMeant
    }

    /// The short name for a reason.
    package static func key(of reason: String) -> String {
        Hexadecimal.encode(SHA256.hash(data: Array(reason.utf8)), first: 6)
    }
}
