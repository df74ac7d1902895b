/// How one signature is made and where it is, as data: what a preset or a source file says under `signature:`.
package struct SignatureScheme: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// RFC 2104, with the secret as key.
        case hmac
        /// A plain hash over content that contains the secret; legacy (HubSpot v1 and v2).
        case digest
        /// RFC 8032; the secret is the sender's public key.
        case ed25519
        /// A fixed token in a header or in the address.
        case token
        /// A certificate of the TLS connection's client, RFC 8446 §4.4.2; there is no secret.
        case clientCertificate = "client_certificate"
        /// Nothing is checked; the path must be unguessable.
        case none

        /// Whether a secret of the source is needed.
        var needsSecret: Bool { self != .none && self != .clientCertificate }

        /// Whether the body is what is proved, and not only who sends it.
        var signsBody: Bool { needsSecret && self != .token }
    }

    package enum Hash: String, Sendable, CaseIterable {
        case sha1
        case sha256
        case sha512
    }

    /// Where the time of signing is, and how old it may be.
    package struct Freshness: Sendable, Hashable {
        package enum Place: Sendable, Hashable {
            /// In the first of these headers that is present.
            case header([String])
            /// In the item of the signature header with this key, such as `t`.
            case item(String)
            /// At this dotted path of a JSON body, such as `data.sent_at`; read only after the signature matched.
            case body(String)
        }

        package enum Direction: String, Sendable, CaseIterable {
            case both
            /// A time in the future is accepted.
            case past
        }

        package var place: Place
        package var timestampFormat: TimestampFormat = .seconds
        /// In seconds; 0 = any age is accepted.
        package var tolerance = 300
        package var direction: Direction = .both
    }

    package var kind: Kind = .hmac
    package var hash: Hash = .sha256
    package var place = SignaturePlace.header([])
    /// Nil when the place has one signature and nothing else.
    package var list: SignatureList?
    /// Text in front of each signature, such as `sha256=`.
    package var prefix = ""
    package var encoding: SignatureEncoding = .hex
    package var content: ContentTemplate = .body
    /// Characters whose escapes in `{url}` are decoded before it is signed (HubSpot v3); empty = `{url}` as it came.
    package var decodedInURL: Set<UInt8> = []
    package var secret = SecretFormat()
    /// Names of the header with the delivery's id, of which the first that is present counts; empty = there is no id.
    package var idHeaders: [String] = []
    /// Nil when the scheme has no time of signing: a captured delivery can be replayed at any time.
    package var freshness: Freshness?
    /// Of the kind `client_certificate` alone.
    package var certificates = ClientCertificateRule()

    /// Whether the delivery's id is part of what is signed.
    var signsID: Bool { kind.signsBody && content.parts.contains(.id) }

    /// Whether the signature, or what is signed, is a field of a form.
    var readsForm: Bool {
        if case .formField = place { return true }
        return content.parts.contains { if case .formField = $0 { true } else { false } }
    }

    /// The one kind of body that this scheme can authenticate; nil for any. A digest doesn't protect against content that
    /// is appended (length extension), which is malformed in JSON but not in the other kinds. And a body whose form
    /// fields are verified must be read as a form by the mapping too.
    var onlyKind: PayloadKind? { readsForm ? .form : kind == .digest ? .json : nil }
}

/// The schemes of one source: usually one, or several while a tool changes from one to another.
package struct SignaturePolicy: Sendable, Hashable {
    package enum Combination: Sendable, Hashable {
        /// One valid signature is enough.
        case any
        /// Each scheme must have a valid signature.
        case all
    }

    package var combination: Combination = .any
    /// Never empty.
    package var schemes: [SignatureScheme]

    /// Whether a signature, or what is signed, is a field of a form.
    var readsForm: Bool { schemes.contains(where: \.readsForm) }

    /// Whether any scheme signs the body; a token doesn't.
    var signsBody: Bool { schemes.contains(where: \.kind.signsBody) }

    /// Whether any scheme needs a secret.
    var needsSecrets: Bool { schemes.contains(where: \.kind.needsSecret) }

    var isNone: Bool { schemes.contains { $0.kind == .none } }
}
