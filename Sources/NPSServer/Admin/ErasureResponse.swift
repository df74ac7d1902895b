package import NPSQueue

/// What one call of `queue/erase` removed.
package struct ErasureResponse: Codable, Sendable {
    package let erasure: Erasure
    /// Quarantined payloads that contained the address.
    package let quarantined: Int
    /// Where to go on; nil when the whole quarantine was looked through.
    package let next: Int64?

    package init(erasure: Erasure, quarantined: Int, next: Int64?) {
        self.erasure = erasure
        self.quarantined = quarantined
        self.next = next
    }
}
