/// How one signature is made and where it stands, as data: what a preset or a source file says under `signature:`.
package struct SignatureScheme: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// RFC 2104, with the secret as key.
        case hmac
        /// A plain hash over content that holds the secret; legacy (HubSpot v1 and v2).
        case digest
        /// RFC 8032; the secret is the sender's public key.
        case ed25519
        /// A fixed token in a header or in the address.
        case token
        /// Nothing is checked; the path must be unguessable.
        case none
    }

    package enum Hash: String, Sendable, CaseIterable {
        case sha1
        case sha256
        case sha512
    }

    /// Where the time of signing stands, and how far off it may be.
    package struct Freshness: Sendable, Hashable {
        package enum Place: Sendable, Hashable {
            /// In the first of these headers that is there.
            case header([String])
            /// In the signature header's item of this key, such as `t`.
            case item(String)
            /// At this dotted path of a JSON body (`sent_at`), which is read only after its signature matched.
            case body(String)
        }

        package enum Direction: String, Sendable, CaseIterable {
            case both
            /// A time in the future is not judged.
            case past
        }

        package var place: Place
        package var clock: TimestampFormat = .seconds
        /// Seconds; 0 = read the time, since it is signed, but don't judge it.
        package var tolerance = 300
        package var direction: Direction = .both
    }

    package var kind: Kind = .hmac
    package var hash: Hash = .sha256
    package var place = SignaturePlace.header([])
    /// Nil for a header that holds one signature and nothing else.
    package var list: SignatureList?
    /// Stands before each signature, such as `sha256=`.
    package var prefix = ""
    package var encoding: SignatureEncoding = .hex
    package var content: ContentTemplate = .body
    /// Characters whose escapes in `{url}` are decoded before it is signed (HubSpot v3); empty = `{url}` as it came.
    package var decodedInURL: Set<UInt8> = []
    package var secret = SecretForm()
    /// Names for the header with the delivery's id; empty = the scheme has none.
    package var idHeaders: [String] = []
    package var freshness: Freshness?

    /// Whether the delivery's id is part of what is signed.
    var signsID: Bool { kind != .token && kind != .none && content.parts.contains(.id) }

    /// Whether the signature, or what is signed, is a field of a form.
    var readsForm: Bool {
        if case .formField = place { return true }
        return content.parts.contains { if case .formField = $0 { true } else { false } }
    }

    /// The one kind of body that can be believed; nil when any can. A digest says nothing about what is appended to the
    /// content (length extension), which JSON doesn't allow and other kinds do; and a form's fields must be read from
    /// what is a form for the mapping too.
    var onlyKind: PayloadKind? { readsForm ? .form : kind == .digest ? .json : nil }
}
