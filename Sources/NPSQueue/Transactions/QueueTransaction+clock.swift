extension QueueTransaction {
    /// Compares the machine's clock with the confirmed time.
    mutating func observeClock(after uptime: Duration) throws {
        guard mayForward else { return }
        let isFirst = state.time.confirmed == nil
        state.time.observe(now, after: uptime)
        guard isFirst, let confirmed = state.time.confirmed else { return }
        // Until a clock is confirmed for the first time nothing shows that it is years behind. What seems to be older
        // than the uptime that confirmed it was written by such a clock, and its age counts from now.
        let start = confirmed - ConfirmedTime.usualWait - ConfirmedTime.tolerance
        try rows.raiseAges(before: start, to: confirmed)
    }
}
