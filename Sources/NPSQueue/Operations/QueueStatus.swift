/// The queue's counters, under the names that `queue status --json` prints.
package struct QueueStatus: Sendable, Hashable, Codable {
    /// Responses ever accepted; an edit doesn't count again. Counted independently of the states.
    package let accepted: Int
    package let pending: Int
    package let sending: Int
    package let delivered: Int
    package let parked: Int
    package let erased: Int
    /// Entries in the quarantine, which are no responses and belong to no balance.
    package let quarantined: Int
    /// The age in seconds of the content that has been pending longest; 0 when nothing is pending. Held responses count
    /// from the end of their hold, what was parked from its retry, what was quarantined from its replay.
    package let oldestPendingSeconds: Int
    /// How many of the pending are held because they may be a bot's. Not in the JSON.
    package var held = 0
    /// Of how many of the erased Planhat may still have a record. Not in the JSON.
    package var unconfirmed = 0
    /// The parked ones that will be erased for their age within a week; nil when there are none. Not in the JSON.
    package var parkedExpiry: ParkedExpiry?
    /// Why the machine's clock isn't believed; nil when it is. Not in the JSON.
    package var clockProblem: ClockProblem?
    /// How far rows of an earlier version have been brought into this version's form; nil when all are. Not in the JSON.
    package var upgrade: QueueUpgrade?
    /// Who takes how much of the quarantine's room. Not in the JSON.
    package var quarantine: QuarantineUse?
    /// That the queue's file was put back from a backup, or copied; nil when it wasn't. Not in the JSON.
    package var restoration: Restoration?
    /// Nil where nobody else has the queue. Not in the JSON.
    package var leadership: Leadership?

    private enum CodingKeys: CodingKey {
        case accepted, pending, sending, delivered, parked, erased, quarantined, oldestPendingSeconds
    }

    /// Whether every accepted response is counted in exactly one state. False means that the file is damaged.
    package var balances: Bool {
        accepted == pending + sending + delivered + parked + erased
    }
}
