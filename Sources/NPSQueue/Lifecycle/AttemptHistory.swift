import NPSModel

/// What is kept of a response's attempts: how many there were, and the last of them.
///
/// Nearly all responses are delivered by their first attempt. That is not written down, because the receipt says it.
struct AttemptHistory: Sendable, Hashable {
    /// How many attempts are kept.
    static let length = 20

    /// All attempts ever made.
    private(set) var count = 0
    /// The last of them as JSON, the oldest first. Nil before the first, and while ``isImplicit``.
    private(set) var json: String?

    init(count: Int = 0, json: String? = nil) {
        self.count = count
        self.json = json
    }

    /// Whether the only attempt delivered the response.
    var isImplicit: Bool { count == 1 && json == nil }

    /// What is kept, oldest first.
    ///
    /// - Parameter deliveredAt: when the response was delivered, if it is.
    func attempts(deliveredAt: Milliseconds?) -> [Attempt] {
        if isImplicit {
            return deliveredAt.map { [Attempt(at: $0.date, outcome: .delivered, reason: nil)] } ?? []
        }
        return json.map(Self.attempts) ?? []
    }

    /// - Parameter isDelivered: whether the response is delivered by it, and not to be sent again.
    mutating func add(_ attempt: Attempt, isDelivered: Bool) {
        if count > 0 || !isDelivered { write(attempts(deliveredAt: nil) + [attempt]) }
        count += 1
    }

    /// Writes down what the receipt says, because that is going to say something else.
    mutating func spellOut(deliveredAt: Milliseconds?) {
        if isImplicit { write(attempts(deliveredAt: deliveredAt)) }
    }

    private mutating func write(_ attempts: [Attempt]) {
        let items = attempts.suffix(Self.length).map { attempt in
            var members: [String: JSONValue] = [
                "at": .integer(Milliseconds(attempt.at).rawValue),
                "outcome": .string(attempt.outcome.rawValue),
            ]
            members["reason"] = attempt.reason.map(JSONValue.string)
            return JSONValue.object(members)
        }
        json = String(decoding: JSONValue.array(items).canonicalBytes, as: UTF8.self)
    }

    /// Skips what this version can't read.
    private static func attempts(_ json: String) -> [Attempt] {
        guard case .array(let items)? = try? JSONValue(parsing: Array(json.utf8)) else { return [] }
        return items.compactMap { item in
            guard
                let at = item["at"]?.integer,
                let outcome = item["outcome"]?.string.flatMap(Attempt.Result.init(rawValue:))
            else { return nil }
            return Attempt(at: Milliseconds(rawValue: at).date, outcome: outcome, reason: item["reason"]?.string)
        }
    }
}

extension AttemptHistory {
    /// As it is written for these attempts, which an earlier version kept one by one.
    ///
    /// - Parameters:
    ///   - count: how many there ever were.
    ///   - deliveredAt: when the response was delivered, if it is.
    init(_ attempts: [Attempt], count: Int, deliveredAt: Milliseconds?) {
        self.init(count: count)
        guard !attempts.isEmpty else { return }
        let first = Attempt(at: (deliveredAt ?? Milliseconds(rawValue: 0)).date, outcome: .delivered, reason: nil)
        if count != 1 || deliveredAt == nil || attempts != [first] { write(attempts) }
    }
}
