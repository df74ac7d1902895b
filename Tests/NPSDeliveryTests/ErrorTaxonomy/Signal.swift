import NPSQueue
import StubAPI
import Testing

/// One way in which the API, or the road to it, answers a request; by the name that the error taxonomy gives it.
struct Signal: Sendable, CustomTestStringConvertible {
    /// Where the request ends up.
    enum Place: Sendable {
        case api(@Sendable ([Claim]) -> StubReply)
        /// An answer that doesn't end, to a client that waits for a short time.
        case silent(StubReply)
        /// A port at which nobody listens.
        case nobody
        case unknownName
        /// A server that speaks no TLS.
        case plainText
        /// A server that takes no connection any more; the client waits half a second for it.
        case deaf
        /// A server whose certificate nobody vouches for.
        case selfSigned
    }

    let name: String
    let place: Place
    let course: Course
    /// How many responses the request carries.
    let count: Int
    /// Attempts before this one; any makes it an upsert.
    let attempts: Int
    let isUpsert: Bool

    init(_ name: String, at place: Place, _ course: Course) {
        self.name = name
        self.place = place
        self.course = course
        count = 1
        attempts = 0
        isUpsert = false
    }

    /// The answer to the create of a lone response.
    init(_ name: String, _ reply: StubReply, _ course: Course) {
        self.init(name, at: .api { _ in reply }, course)
    }

    /// The answer to an upsert.
    init(
        _ name: String,
        upserting count: Int,
        attempts: Int = 0,
        _ course: Course,
        _ reply: @escaping @Sendable ([Claim]) -> StubReply
    ) {
        self.name = name
        self.place = .api(reply)
        self.course = course
        self.count = count
        self.attempts = attempts
        isUpsert = true
    }

    var testDescription: String { name }
}
