package import NPSModel
package import NPSQueue
import PlanhatAPI

/// Finds the response that an error entry of a bulk upsert is about. Entries may be text or objects of any shape (none
/// is documented), so every text in them is searched.
package struct ErrorAttribution: Sendable {
    private let claims: [ResponseID: Claim]
    /// Lower-cased; nil for an address that several of the responses have.
    private let ids: [String: ResponseID?]

    package init(_ claims: [Claim]) {
        self.claims = Dictionary(claims.map { ($0.response.id, $0) }, uniquingKeysWith: { first, _ in first })
        ids = Dictionary(
            claims.map { ($0.response.email.address.lowercased(), $0.response.id) },
            uniquingKeysWith: { _, _ in nil }
        )
    }

    /// The owner is nil when the entry names no response, or several. The reason is fit to be stored and shown: it
    /// repeats nothing that was sent but ids.
    package func attribute(_ entry: JSONValue) -> (owner: ResponseID?, reason: String) {
        let owner = owner(of: entry)
        return (owner, reason(in: entry, about: owner.flatMap { claims[$0] } ?? onlyClaim))
    }

    private var onlyClaim: Claim? { claims.count == 1 ? claims.values.first : nil }

    /// A `sourceId` says more than an address: an entry that repeats the whole response has both, and its comment may
    /// mention somebody else's address.
    private func owner(of entry: JSONValue) -> ResponseID? {
        let texts = entry.texts
        let named = Set(texts.flatMap(Self.identifiers).filter { claims[$0] != nil })
        if !named.isEmpty { return named.count == 1 ? named.first : nil }
        let addressed = Set(texts.flatMap(Self.addresses).compactMap { ids[$0] })
        guard addressed.count == 1, let only = addressed.first else { return nil }
        return only
    }

    private static func identifiers(in text: String) -> [ResponseID] {
        text.split { !$0.isASCII || !($0.isLetter || $0.isNumber || $0 == "-") }
            .compactMap { ResponseID(rawValue: String($0)) }
    }

    private static func addresses(in text: String) -> [String] {
        text.split { $0.isWhitespace || "\"'`,;:<>()[]{}".contains($0) }
            .filter { $0.contains("@") }
            .map { word in String(word.last == "." ? word.dropLast() : word).lowercased() }
    }

    private func reason(in entry: JSONValue, about claim: Claim?) -> String {
        guard let text = ErrorMessage.text(of: entry) else { return "Planhat refused it without a reason" }
        let secrets = claim.map { Redaction.secrets(in: RecordDraft($0).json) } ?? []
        return "Planhat refused it: " + Redaction.shortened(text, hiding: secrets)
    }
}

extension JSONValue {
    /// Every text in it, at any depth, without the names of members.
    fileprivate var texts: [String] {
        switch self {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(\.texts)
        case .object(let members): members.values.flatMap(\.texts)
        case .null, .bool, .integer, .number: []
        }
    }
}
