/// How a source signs, as data: what a preset or a source file says under `signature:`.
package struct SignatureScheme: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case hmac
        /// A fixed token in a header, compared in constant time.
        case token
        /// Nothing is checked; the path must be unguessable.
        case none
    }

    package enum Hash: String, Sendable, CaseIterable {
        case sha1
        case sha256
        case sha512
    }

    package enum Encoding: String, Sendable, CaseIterable {
        case hex
        case base64
    }

    /// How a configured secret becomes a key.
    package enum SecretForm: String, Sendable, CaseIterable {
        case utf8
        /// `whsec_` and base64, with or without the prefix and the padding.
        case whsec
    }

    package enum Clock: String, Sendable, CaseIterable {
        case seconds
        case milliseconds
        case iso8601
    }

    /// Where the time of signing stands, and how far off it may be.
    package struct Freshness: Sendable, Hashable {
        package var headers: [String]
        package var clock: Clock = .seconds
        /// Seconds, in both directions.
        package var tolerance = 300
    }

    package var kind: Kind = .hmac
    package var hash: Hash = .sha256
    /// Names for the signature's header, the first that is there counts.
    package var headers: [String] = []
    /// Stands before each signature, such as `sha256=`.
    package var prefix = ""
    package var encoding: Encoding = .hex
    /// Whether the header is a list, its items separated by this; unknown prefixes in it are skipped.
    package var separator: Character?
    package var content: ContentTemplate = .body
    package var secret: SecretForm = .utf8
    /// The headers with the delivery's id; empty = none.
    package var idHeaders: [String] = []
    package var freshness: Freshness?

    /// Standard Webhooks (https://www.standardwebhooks.com), symmetric.
    package static let standardWebhooks = SignatureScheme(
        headers: ["webhook-signature", "svix-signature"],
        prefix: "v1,",
        encoding: .base64,
        separator: " ",
        content: .standardWebhooks,
        secret: .whsec,
        idHeaders: ["webhook-id", "svix-id"],
        freshness: Freshness(headers: ["webhook-timestamp", "svix-timestamp"])
    )
}
