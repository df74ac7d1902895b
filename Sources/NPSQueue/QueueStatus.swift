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
    /// Age of the content that has been pending longest; 0 when nothing is pending.
    package let oldestPendingSeconds: Int

    /// Whether every accepted response is in exactly one state. False means that the file is damaged.
    package var balances: Bool {
        accepted == pending + sending + delivered + parked + erased
    }
}
