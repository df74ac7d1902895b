import NIOCore

/// The bodies of a connection's requests, or of a stream's one, until they are answered: what they take of the listener's memory, and in how many
/// parts they come.
struct HeldBodies {
    private let budget: BodyBudget
    /// Of the client whose bodies these are; empty when nothing limits it.
    private var networks: [ClientNetwork] = []
    private var parts = BodyParts()
    private(set) var bytes = 0

    init(budget: BodyBudget) {
        self.budget = budget
    }

    /// For the next request.
    mutating func begin() {
        parts.begin()
    }

    /// - Parameters:
    ///   - others: bytes that the connection holds besides.
    ///   - client: the networks of the request's client. What pipelined requests hold is taken for the client of the first of
    ///     them.
    /// - Returns: why the request has to be given up; nil when it may go on.
    mutating func add(
        _ part: ByteBuffer,
        besides others: Int = 0,
        for client: @autoclosure () -> [ClientNetwork]
    ) -> UnroutedRequest? {
        if bytes == 0 { networks = client() }
        guard budget.take(part.readableBytes, afterTaking: bytes + others, for: networks) else { return .noRoom }
        bytes += part.readableBytes
        return parts.add(part) ? nil : .tooManyParts
    }

    /// Only counts a part of a body that was refused.
    ///
    /// - Returns: false when there are too many.
    mutating func discard(_ part: ByteBuffer) -> Bool { parts.discard(part) }

    /// What came since the last time, as one; nil for nothing.
    mutating func take() -> ByteBuffer? { parts.take() }

    /// All requests are answered, or the connection ends.
    mutating func giveBack() {
        budget.giveBack(bytes, for: networks)
        bytes = 0
    }
}
