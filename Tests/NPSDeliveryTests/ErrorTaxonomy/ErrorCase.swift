import NPSQueue
import StubAPI
import Testing

/// One way in which a request to the API can end, by the name that the error taxonomy gives it, and the outcome that
/// is expected.
struct ErrorCase: Sendable, CustomTestStringConvertible {
    /// Where the request ends up.
    enum Endpoint: Sendable {
        case api(@Sendable ([Claim]) -> StubReply)
        /// An answer that doesn't end, to a client that waits for a short time.
        case silent(StubReply)
        /// A port at which nobody listens.
        case nobody
        case unknownName
        /// A server that speaks no TLS.
        case plainText
        /// A server that accepts no more connections; the client waits half a second for it.
        case fullBacklog
        /// A server with a certificate that nobody signed.
        case selfSigned
    }

    let name: String
    let endpoint: Endpoint
    let expected: ExpectedOutcome
    /// How many responses the request carries.
    let count: Int
    /// Attempts before this one; any makes it an upsert.
    let attempts: Int
    let isUpsert: Bool

    init(_ name: String, at endpoint: Endpoint, _ expected: ExpectedOutcome) {
        self.name = name
        self.endpoint = endpoint
        self.expected = expected
        count = 1
        attempts = 0
        isUpsert = false
    }

    /// The answer to the create of a lone response.
    init(_ name: String, _ reply: StubReply, _ expected: ExpectedOutcome) {
        self.init(name, at: .api { _ in reply }, expected)
    }

    /// The answer to an upsert.
    init(
        _ name: String,
        upserting count: Int,
        attempts: Int = 0,
        _ expected: ExpectedOutcome,
        _ reply: @escaping @Sendable ([Claim]) -> StubReply
    ) {
        self.name = name
        self.endpoint = .api(reply)
        self.expected = expected
        self.count = count
        self.attempts = attempts
        isUpsert = true
    }

    var testDescription: String { name }
}
