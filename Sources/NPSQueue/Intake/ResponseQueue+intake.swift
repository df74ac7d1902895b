import Logging
package import NPSModel

extension ResponseQueue {
    /// Takes responses in, keeps what can't be one in quarantine, and removes what a replay has resolved: all of it in
    /// one transaction, durable on return.
    ///
    /// The same id twice within one call works in order. What is resolved gives its age to the submissions: a response
    /// whose content came in later stays as it is, ``UnchangedReason/olderVersion``, since the newest wins.
    ///
    /// - Throws: `busy`, `diskFull`, `quarantineFull`, `resolvedBefore` when one of the entries is gone, or what went
    ///   wrong with the file; then nothing was kept.
    package func accept(
        _ submissions: [Submission],
        quarantining drafts: [QuarantineDraft] = [],
        resolving resolved: [QuarantineID] = []
    ) async throws(QueueError) -> Intake {
        try reserve.check(at: Milliseconds(now()))
        let work = try IntakeWork(submissions, drafts, resolved, personKey)
        let (pendingLimit, byteLimit) = (configuration.pendingLimit, configuration.quarantineByteLimit)
        let intake = try await transact(weight: work.weight) { transaction in
            // Repetitions are counted as new here: near the limit it is kinder to ask twice than to look twice.
            let count = work.incoming.count
            guard count == 0 || count <= pendingLimit - transaction.state.books.undelivered else {
                throw QueueError.busy(retryAfter: 60)
            }
            return try work.perform(in: &transaction, byteLimit: byteLimit)
        }
        for id in intake.readdressed {
            logger.warning("an edit changed the address of a response that Planhat may have", metadata: ["id": "\(id)"])
        }
        return intake
    }

    /// A real durable write, for readiness. Also re-opens the file after an error, so that it heals an idle queue.
    package func probe() async throws(QueueError) {
        try reserve.check(at: Milliseconds(now()), fresh: true)
        try await transact { transaction in try transaction.probe() }
    }
}

/// One call of `accept`, encoded.
private struct IntakeWork: Sendable {
    let incoming: [Incoming]
    let quarantined: [IncomingQuarantine]
    let resolved: [QuarantineID]

    var weight: Int { incoming.count + quarantined.count }

    init(
        _ submissions: [Submission],
        _ drafts: [QuarantineDraft],
        _ resolved: [QuarantineID],
        _ key: PersonKey
    ) throws(QueueError) {
        var incoming: [Incoming] = []
        incoming.reserveCapacity(submissions.count)
        for submission in submissions { incoming.append(Incoming(submission, key)) }
        var quarantined: [IncomingQuarantine] = []
        for draft in drafts { quarantined.append(try IncomingQuarantine(draft)) }
        self.incoming = incoming
        self.quarantined = quarantined
        self.resolved = resolved
    }

    func perform(in transaction: inout QueueTransaction, byteLimit: Int) throws -> Intake {
        // Others before this one may share the transaction.
        transaction.readdressed = []
        // What is resolved goes first and makes room.
        let arrival = try transaction.resolve(resolved)
        let ids = try transaction.quarantine(quarantined, byteLimit: byteLimit)
        var outcomes: [Acceptance] = []
        outcomes.reserveCapacity(incoming.count)
        for submission in incoming { outcomes.append(try transaction.receive(submission, arrival: arrival)) }
        return Intake(
            outcomes: outcomes,
            quarantined: ids,
            readdressed: transaction.readdressed.compactMap(ResponseID.init)
        )
    }
}
