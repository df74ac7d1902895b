import NPSModel

extension QueueTransaction {
    /// By what a response counts, as far as that is known. A bot's answer doesn't count, nor does what was erased.
    ///
    /// What an earlier version stored has no tally, and gets it while its content is there.
    static func tally(of response: StoredResponse) -> TallyCode? {
        guard response.lifecycle.state != .erased, response.lifecycle.botFlag != .current else { return nil }
        return response.tally ?? response.content.flatMap(Tally.init).map(TallyCode.init)
    }

    /// Counts the next of what an earlier version stored. Returns the last that was looked at; nil when there are no more.
    mutating func tallyFormer(after position: TallyPosition, limit: Int) throws -> TallyPosition? {
        let (responses, last) = try rows.leavingUnopened.untallied(after: position, limit: limit)
        let changes = responses.filter { Self.tally(of: $0) != $0.tally }.map { ResponseChange(old: $0, new: $0) }
        let wasDue = leavesDue
        try save(changes)
        // Whatever is due was so before.
        leavesDue = wasDue
        return last
    }
}
