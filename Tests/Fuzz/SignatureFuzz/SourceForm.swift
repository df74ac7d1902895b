/// How a source of the fuzz target signs, and what its signature covers beside the body.
struct SourceForm: Sendable {
    let name: String
    /// What a source file says under `signature:`.
    let signature: String
    var secrets = ["nps-collector-test-secret"]
    var signsID = false
    /// As it stands in a header.
    var signedTime: String?
    /// Whether the method and the address are signed.
    var signsAddress = false
    /// For a source that looks at nothing else.
    var token: String?
    /// For a source that can't sign: the headers that make the first body authentic.
    var vector: [(name: String, value: String)]?
}

extension SourceForm {
    private static let seconds = "1614265330"
    private static let standardSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let standard = """
        header: [webhook-signature, svix-signature], list: {separator: " ", pair: ",", accept: [VERSION]},
        encoding: base64, content: "{id}.{timestamp}.{body}", secret: {encoding: base64, prefix: PREFIX},
        id: [webhook-id, svix-id], timestamp: {header: [webhook-timestamp, svix-timestamp]}
        """

    private static func standard(version: String, prefix: String) -> String {
        standard.replacing("VERSION", with: version).replacing("PREFIX", with: prefix)
    }

    /// One of each kind of scheme, hash, encoding, clock and place.
    static let all: [SourceForm] = [
        SourceForm(
            name: "standard",
            signature: "{\(standard(version: "v1", prefix: "whsec_"))}",
            secrets: [standardSecret, "whsec_bm9ib2R5IHNpZ25zIHdpdGggdGhpcyBvbmU="],
            signsID: true,
            signedTime: seconds
        ),
        SourceForm(
            name: "asymmetric",
            signature: "{kind: ed25519, \(standard(version: "v1a", prefix: "whpk_"))}",
            secrets: ["whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g="],
            signsID: true,
            signedTime: seconds,
            vector: [
                ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                ("webhook-timestamp", seconds),
                (
                    "webhook-signature",
                    "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="
                ),
            ]
        ),
        SourceForm(
            name: "stripe",
            signature: """
                {header: Stripe-Signature, list: {pair: "=", accept: [v1, v0]}, content: "{timestamp}.{body}",
                 timestamp: {item: t}}
                """,
            signedTime: seconds
        ),
        SourceForm(
            name: "slack",
            signature: """
                {header: X-Slack-Signature, prefix: "v0=", content: "v0:{timestamp}:{body}",
                 timestamp: {header: X-Slack-Request-Timestamp, direction: past}}
                """,
            signedTime: seconds
        ),
        SourceForm(
            name: "hubspot",
            signature: """
                {header: X-HubSpot-Signature-v3, encoding: base64, content: "{method}{url}{body}{timestamp}",
                 timestamp: {header: X-HubSpot-Request-Timestamp, clock: milliseconds}}
                """,
            signedTime: seconds + "000",
            signsAddress: true
        ),
        SourceForm(
            name: "hubspot-v1",
            signature: "{kind: digest, header: X-HubSpot-Signature, content: \"{secret}{body}\"}"
        ),
        SourceForm(
            name: "typeform",
            signature: "{header: Typeform-Signature, prefix: \"sha256=\", encoding: base64}"
        ),
        SourceForm(
            name: "zendesk",
            signature: """
                {header: X-Zendesk-Webhook-Signature, encoding: base64, content: "{timestamp}{body}",
                 timestamp: {header: X-Zendesk-Webhook-Signature-Timestamp, clock: iso8601}}
                """,
            signedTime: "2021-02-25T15:02:10.000Z"
        ),
        SourceForm(name: "sha1", signature: "{hash: sha1, header: X-Hub-Signature, prefix: \"sha1=\"}"),
        SourceForm(
            name: "sha512",
            signature: "{hash: sha512, header: X-Signature, encoding: base64url, secret: hex}",
            secrets: ["6e70732d636f6c6c6563746f722d746573742d736563726574"]
        ),
        SourceForm(
            name: "token",
            signature: "{kind: token, header: [X-Token, Authorization]}",
            secrets: ["shared-token-of-the-fuzz-target"],
            token: "shared-token-of-the-fuzz-target"
        ),
        SourceForm(
            name: "both",
            signature: """
                {all_of: [{kind: token, header: X-Token}, {header: Hmac, list: {separator: ";"}}]}
                """,
            secrets: ["nps-collector-test-secret"]
        ),
    ]
}
