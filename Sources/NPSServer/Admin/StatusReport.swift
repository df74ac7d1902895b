import Foundation
package import NPSQueue

/// What `queue status --json` prints: the books under their own names, and beside them how delivery goes.
package struct StatusReport: Sendable, Hashable, Codable {
    package let books: QueueStatus
    /// ``DeliveryReport/state``
    package let deliveryState: String
    /// ``DeliveryReport/sentence``
    package let deliverySentence: String
    /// Whether responses wait although they are due.
    package let isHeldUp: Bool
    package let deliveredLastMinute: Int
    /// Until the backlog is delivered at the pace of the last minute. Nil when nothing waits, apart from what is held
    /// on purpose, and when nothing is being delivered.
    package let secondsLeft: Int?
    /// A sentence that says why no response is accepted now; nil when they are.
    package let acceptanceProblem: String?
    /// A sentence that says why the machine's clock isn't believed; nil when it is.
    package let clockProblem: String?
    /// How much of what an earlier version stored is in this version's form; nil when all is.
    package let upgradedPercent: Int?
    /// Who takes how much of the quarantine's room; nil from a collector that doesn't tell.
    package let quarantine: QuarantineUse?

    private enum CodingKeys: String, CodingKey {
        case deliveryState = "forwarding"
        case deliverySentence = "forwardingSentence"
        case isHeldUp, deliveredLastMinute, secondsLeft, held, acceptanceProblem, clockProblem, upgradedPercent,
            quarantine
        case unconfirmed = "unconfirmedErasures"
        case parkedExpiring, parkedExpireFrom
        case restoredAt
        case leader, leaderSince, collectors
    }

    package init(books: QueueStatus, delivery report: DeliveryReport, acceptanceProblem: String? = nil) {
        self.books = books
        deliveryState = report.state
        deliverySentence = report.sentence
        isHeldUp = report.isHeldUp
        deliveredLastMinute = report.deliveredLastMinute
        self.acceptanceProblem = acceptanceProblem
        clockProblem = books.clockProblem?.description
        upgradedPercent = books.upgrade?.percent
        quarantine = books.quarantine
        let waiting = books.pending + books.sending - books.held
        let moves = waiting > 0 && report.deliveredPerSecond > 0 && !report.isHeldUp && report.state != "idle"
        secondsLeft = moves ? Int(exactly: (Double(waiting) / report.deliveredPerSecond).rounded(.up)) : nil
    }

    package init(from decoder: any Decoder) throws {
        var books = try QueueStatus(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        books.held = try container.decodeIfPresent(Int.self, forKey: .held) ?? 0
        books.unconfirmed = try container.decodeIfPresent(Int.self, forKey: .unconfirmed) ?? 0
        let expiring = try container.decodeIfPresent(Int.self, forKey: .parkedExpiring) ?? 0
        let expireFrom = try container.decodeIfPresent(Date.self, forKey: .parkedExpireFrom)
        books.parkedExpiry = expireFrom.map { ParkedExpiry(count: expiring, from: $0) }
        let restoredAt = try container.decodeIfPresent(Date.self, forKey: .restoredAt)
        books.restoration = restoredAt.map(Restoration.init)
        books.leadership = try Self.leadership(container)
        self.books = books
        deliveryState = try container.decode(String.self, forKey: .deliveryState)
        deliverySentence = try container.decode(String.self, forKey: .deliverySentence)
        isHeldUp = try container.decode(Bool.self, forKey: .isHeldUp)
        deliveredLastMinute = try container.decode(Int.self, forKey: .deliveredLastMinute)
        secondsLeft = try container.decodeIfPresent(Int.self, forKey: .secondsLeft)
        acceptanceProblem = try container.decodeIfPresent(String.self, forKey: .acceptanceProblem)
        clockProblem = try container.decodeIfPresent(String.self, forKey: .clockProblem)
        upgradedPercent = try container.decodeIfPresent(Int.self, forKey: .upgradedPercent)
        quarantine = try container.decodeIfPresent(QuarantineUse.self, forKey: .quarantine)
    }

    private static func leadership(_ container: KeyedDecodingContainer<CodingKeys>) throws -> Leadership? {
        guard let all = try container.decodeIfPresent([Leadership.Collector].self, forKey: .collectors) else {
            return nil
        }
        return Leadership(
            name: try container.decodeIfPresent(String.self, forKey: .leader),
            since: try container.decodeIfPresent(Date.self, forKey: .leaderSince),
            collectors: all
        )
    }

    package func encode(to encoder: any Encoder) throws {
        try books.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(books.held, forKey: .held)
        try container.encode(books.unconfirmed, forKey: .unconfirmed)
        try container.encode(books.parkedExpiry?.count ?? 0, forKey: .parkedExpiring)
        try container.encodeIfPresent(books.parkedExpiry?.from, forKey: .parkedExpireFrom)
        try container.encodeIfPresent(books.restoration?.foundAt, forKey: .restoredAt)
        try container.encode(deliveryState, forKey: .deliveryState)
        try container.encode(deliverySentence, forKey: .deliverySentence)
        try container.encode(isHeldUp, forKey: .isHeldUp)
        try container.encode(deliveredLastMinute, forKey: .deliveredLastMinute)
        try container.encodeIfPresent(secondsLeft, forKey: .secondsLeft)
        try container.encodeIfPresent(acceptanceProblem, forKey: .acceptanceProblem)
        try container.encodeIfPresent(clockProblem, forKey: .clockProblem)
        try container.encodeIfPresent(upgradedPercent, forKey: .upgradedPercent)
        try container.encodeIfPresent(quarantine, forKey: .quarantine)
        guard let leadership = books.leadership else { return }
        // Null when nobody forwards.
        try container.encode(leadership.name, forKey: .leader)
        try container.encode(leadership.since, forKey: .leaderSince)
        try container.encode(leadership.collectors, forKey: .collectors)
    }
}

/// How delivery is going, for `queue status` and the readiness in detail.
package struct DeliveryReport: Sendable, Hashable {
    /// `idle`, `forwarding`, `backingOff` or `paused`; `elsewhere` where another collector forwards from the same database.
    package let state: String
    /// One sentence for people.
    package let sentence: String
    /// Whether responses wait although they are due.
    package let isHeldUp: Bool
    package let deliveredLastMinute: Int
    /// 0 when nothing was delivered recently.
    package let deliveredPerSecond: Double
    /// One of ``pauseReasons``; nil unless delivery is paused.
    package let pauseReason: String?
    /// Every reason that there may be, in a word: labels of a metric.
    package let pauseReasons: [String]

    /// Every state that there may be.
    static let states = ["idle", "forwarding", "backingOff", "paused", "elsewhere"]

    package init(
        state: String,
        sentence: String,
        isHeldUp: Bool,
        deliveredLastMinute: Int = 0,
        deliveredPerSecond: Double = 0,
        pauseReason: String? = nil,
        pauseReasons: [String] = []
    ) {
        self.pauseReason = pauseReason
        self.pauseReasons = pauseReasons
        self.state = state
        self.sentence = sentence
        self.isHeldUp = isHeldUp
        self.deliveredLastMinute = deliveredLastMinute
        self.deliveredPerSecond = deliveredPerSecond
    }
}
