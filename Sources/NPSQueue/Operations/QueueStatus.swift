/// The books, in the names and numbers that `queue status --json` prints.
package struct QueueStatus: Sendable, Hashable, Codable {
    /// Responses ever accepted, counted on its own: an edit is not accepted twice.
    package let accepted: Int
    package let pending: Int
    package let sending: Int
    package let delivered: Int
    package let parked: Int
    package let erased: Int
    /// Stands beside the books: entries waiting for a person.
    package let quarantined: Int
    /// Age of the content that has been pending longest; 0 when nothing is pending. What is held counts from the end of
    /// its hold.
    package let oldestPendingSeconds: Int
    /// Of the pending, those that wait on purpose, since they may not be a person's. Stands beside the books' names.
    package var held = 0

    private enum CodingKeys: CodingKey {
        case accepted, pending, sending, delivered, parked, erased, quarantined, oldestPendingSeconds
    }

    /// Whether every accepted response is in exactly one state. False means that the file is damaged.
    package var balances: Bool {
        accepted == pending + sending + delivered + parked + erased
    }
}
