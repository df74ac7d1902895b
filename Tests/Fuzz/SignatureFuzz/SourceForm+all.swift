import NPSWebhooks

extension SourceForm {
    /// Each kind of scheme, hash, encoding, clock and place at least once.
    static let all = standard + withTime + overBody + withToken

    private static let seconds = "1614265330"
    private static let token = "shared-token-of-the-fuzz-target"

    private static func standardSignature(version: String, prefix: String) -> String {
        """
        header: [webhook-signature, svix-signature], list: {separator: " ", pair: ",", accept: [\(version)]},
        encoding: base64, content: "{id}.{timestamp}.{body}", secret: {encoding: base64, prefix: \(prefix)},
        id: [webhook-id, svix-id], timestamp: {header: [webhook-timestamp, svix-timestamp]}
        """
    }

    private static let standard = [
        SourceForm(
            name: "standard",
            signature: "{\(standardSignature(version: "v1", prefix: "whsec_"))}",
            secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_bm9ib2R5IHNpZ25zIHdpdGggdGhpcyBvbmU="],
            covers: [.body, .id, .time(seconds)]
        ),
        SourceForm(
            name: "asymmetric",
            signature: "{kind: ed25519, \(standardSignature(version: "v1a", prefix: "whpk_"))}",
            secrets: ["whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g="],
            covers: [.body, .id, .time(seconds)],
            bodies: [#"{"test": 2432232314}"#],
            vector: asymmetricVector,
            signsAnything: false
        ),
    ]

    private static let asymmetricVector: [SignedParts.Pair] = [
        ("webhook-id", Signed.id),
        ("webhook-timestamp", seconds),
        (
            "webhook-signature",
            "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="
        ),
    ]

    private static let withTime = [
        SourceForm(
            name: "stripe",
            signature: """
                {header: Stripe-Signature, list: {pair: "=", accept: [v1, v0]}, content: "{timestamp}.{body}",
                 timestamp: {item: t}}
                """,
            covers: [.body, .time(seconds)]
        ),
        SourceForm(
            name: "slack",
            signature: """
                {header: X-Slack-Signature, prefix: "v0=", content: "v0:{timestamp}:{body}",
                 timestamp: {header: X-Slack-Request-Timestamp, direction: past}}
                """,
            covers: [.body, .time(seconds)]
        ),
        SourceForm(
            name: "hubspot",
            signature: """
                {header: X-HubSpot-Signature-v3, encoding: base64, content: "{method}{url}{body}{timestamp}",
                 url_decode: ":/?@!$'()*,;", timestamp: {header: X-HubSpot-Request-Timestamp, clock: milliseconds}}
                """,
            covers: [.body, .time(seconds + "000"), .address]
        ),
        SourceForm(
            name: "zendesk",
            signature: """
                {header: X-Zendesk-Webhook-Signature, encoding: base64, content: "{timestamp}{body}",
                 timestamp: {header: X-Zendesk-Webhook-Signature-Timestamp, clock: iso8601}}
                """,
            covers: [.body, .time("2021-02-25T15:02:10.000Z")]
        ),
        SourceForm(
            name: "sent-at",
            signature: "{header: X-Sent-Signature, timestamp: {body: meta.sent_at}}",
            bodies: [#"{"score":9,"meta":{"sent_at":1614265330}}"#, #"{"meta":{"sent_at":"1614265331"}}"#],
            signsAnything: false
        ),
    ]

    private static let overBody = [
        SourceForm(
            name: "hubspot-v1",
            signature: #"{kind: digest, header: X-HubSpot-Signature, content: "{secret}{body}"}"#
        ),
        SourceForm(
            name: "typeform",
            signature: #"{header: Typeform-Signature, prefix: "sha256=", encoding: base64}"#
        ),
        SourceForm(name: "sha1", signature: #"{hash: sha1, header: X-Hub-Signature, prefix: "sha1="}"#),
        SourceForm(
            name: "sha512",
            signature: "{hash: sha512, header: X-Signature, encoding: base64url, secret: hex}",
            secrets: ["6e70732d636f6c6c6563746f722d746573742d736563726574"]
        ),
        SourceForm(
            name: "qualtrics",
            signature: #"{hash: sha512, form_field: HMAC, content: "{form:MSG}"}"#,
            covers: [.field("MSG")],
            bodies: ["MSG=%7B%22score%22%3A+9%7D&Status=Complete"],
            signsAnything: false
        ),
    ]

    private static let withToken = [
        SourceForm(
            name: "token",
            signature: "{kind: token, header: [X-Token, Authorization]}",
            secrets: [token],
            covers: [.token(token)]
        ),
        SourceForm(
            name: "query",
            signature: "{kind: token, query: token}",
            secrets: [token],
            covers: [.token(token)]
        ),
        SourceForm(
            name: "both",
            signature: #"{all_of: [{kind: token, header: X-Token}, {header: Hmac, list: {separator: ";"}}]}"#,
            secrets: [token, "nps-collector-test-secret"],
            covers: [.body, .token(token)]
        ),
    ]
}
