import GRDB

extension QueueTransaction {
    /// Compares the machine's clock with the confirmed time.
    mutating func observeClock(after uptime: Duration) throws {
        let isFirst = state.time.confirmed == nil
        state.time.observe(now, after: uptime)
        if isFirst, let confirmed = state.time.confirmed { try raiseAges(to: confirmed) }
    }

    /// Until a clock is confirmed for the first time nothing shows that it is years behind. What seems to be older than
    /// the uptime that confirmed it was written by such a clock, and its age counts from now.
    ///
    /// Rows of a version that kept no such time are as old as they say.
    private func raiseAges(to confirmed: Milliseconds) throws {
        let start = confirmed - ConfirmedTime.usualWait - ConfirmedTime.tolerance
        let ofEarlierVersion: Int64 = try database.fetchValue("SELECT last FROM keying", []) ?? 0
        try execute(
            "UPDATE responses NOT INDEXED SET closed_at = ? WHERE sequence > ? AND closed_at < ?",
            [confirmed, ofEarlierVersion, start]
        )
        guard ofEarlierVersion == 0 else { return }
        try execute("UPDATE quarantine SET received_at = ?1 WHERE received_at < ?2", [confirmed, start])
        try execute("UPDATE quarantine_erased SET at = ?1 WHERE at < ?2", [confirmed, start])
    }
}
