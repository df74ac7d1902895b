import Dispatch
import Logging
package import NPSModel
import Synchronization

extension ResponseQueue {
    /// Stores responses, quarantines deliveries that can't become responses, and removes the quarantine entries that a
    /// replay has resolved: all in one transaction, durable on return. A repeated submission changes nothing.
    ///
    /// Submissions are handled in order, also several for one id. With `resolved`, they count as received when the
    /// oldest of those entries was: a response whose content was received later stays as it is,
    /// ``UnchangedReason/olderVersion``, since the newest wins.
    ///
    /// A draft for which the quarantine has no room is left out, and everything else is stored all the same:
    /// ``Intake/refusals``.
    ///
    /// - Throws: `busy`, `diskFull`, `belowReserve`, `resolvedBefore` when one of the entries is gone, or an error of the file. Then
    ///   nothing of the call was stored.
    package func accept(
        _ submissions: [Submission],
        quarantining drafts: [QuarantineDraft] = [],
        resolving resolved: [QuarantineID] = []
    ) async throws(QueueError) -> Intake {
        let intake = try await needingRoom { () async throws(QueueError) -> Intake in
            try reserve.check(at: Milliseconds(now()))
            let work = try IntakeWork(submissions, drafts, resolved, personKey)
            return try await writing { () async throws(QueueError) in try await store(work) }
        }
        for id in intake.readdressed {
            logger.warning("an edit changed the address of a response that Planhat may have", metadata: ["id": "\(id)"])
        }
        return intake
    }

    private func store(_ work: IntakeWork) async throws(QueueError) -> Intake {
        let (pendingLimit, byteLimit) = (configuration.pendingLimit, configuration.quarantineByteLimit)
        return try await accept(
            weight: work.weight,
            bytes: work.bytes,
            isRepeatable: work.resolved.isEmpty,
            plain: work.resolved.isEmpty && work.quarantined.isEmpty ? work.incoming : nil
        ) { transaction in
            // Counts repetitions as new: only near the limit it matters, and there a retry costs less than a look-up
            // for every submission.
            let count = work.incoming.count
            guard count == 0 || count <= pendingLimit - transaction.state.books.undelivered else {
                throw QueueError.busy(retryAfter: 60)
            }
            return try work.perform(in: &transaction, byteLimit: byteLimit)
        }
    }

    /// Does what a full disk refuses, and has the log say when that begins and when it is over.
    private func needingRoom<Value: Sendable>(
        _ body: () async throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        do throws(QueueError) {
            let value = try await body()
            fullDisk.accepted(at: Milliseconds(now()))
            // A full disk still has room for something small: it is over when it has been for a while.
            writeProblem.withLock { if $0 != .diskFull || !fullDisk.isRefusing { $0 = nil } }
            return value
        } catch {
            if error.isFullDisk { noteFullDisk(error) }
            throw error
        }
    }

    /// Whether responses are refused because the disk has no room, as far as is known.
    package var lacksRoom: Bool { fullDisk.isRefusing }

    func noteFullDisk(_ error: QueueError) {
        if fullDisk.refused(at: Milliseconds(now()), { reserve.explained(error) }) { awaitRoom() }
    }

    /// Looks by itself whether there is room again. It may be long until somebody sends something, and until then the log
    /// would have no end of it.
    private func awaitRoom() {
        let pause = configuration.fullDiskPause
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + pause) { [weak self] in
            guard let self, lacksRoom else { return }
            Task { [weak self] in
                do throws(QueueError) {
                    try await self?.probe()
                } catch {
                    if error == .closed { return }
                }
                self?.awaitRoom()
            }
        }
    }

    /// The id under which ``accept(_:quarantining:resolving:)`` stores a submission: for one whose id is a digest of its
    /// content, an id that can't be computed without this queue's key.
    package func id(of submission: Submission) -> ResponseID {
        personKey.id(of: submission)
    }

    /// Makes a durable write, for readiness. After an error this reopens the file, so that an idle queue recovers too.
    package func probe() async throws(QueueError) {
        try await needingRoom { () async throws(QueueError) in
            try reserve.check(at: Milliseconds(now()), fresh: true)
            try await writing { () async throws(QueueError) in
                try await transact { transaction in try transaction.probe() }
                // Where nothing is accepted any more, nobody is served by what else works.
                try await probeIntake()
            }
        }
    }

    /// Why the last acceptance or probe that got as far as writing wasn't stored; nil when it was, and before the first. A full
    /// disk stays until nothing was refused for a while. For who has to know without writing. That less than the reserve is
    /// free isn't in it, but in ``storageFigures()``.
    package var lastWriteProblem: QueueError? { writeProblem.withLock { $0 } }

    private func writing<Value: Sendable>(
        _ body: () async throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        do throws(QueueError) {
            return try await body()
        } catch {
            switch error {
            // They say nothing of what is written to.
            case .busy, .resolvedBefore: break
            default: writeProblem.withLock { $0 = error }
            }
            throw error
        }
    }
}

/// One call of `accept`, encoded.
private struct IntakeWork: Sendable {
    let incoming: [Incoming]
    let quarantined: [IncomingQuarantine]
    let resolved: [QuarantineID]

    var weight: Int { incoming.count + quarantined.count }
    var bytes: Int {
        incoming.reduce(0) { $0 + $1.payload.utf8.count } + quarantined.reduce(0) { $0 + $1.size }
    }

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
        for draft in drafts { quarantined.append(try IncomingQuarantine(draft, key)) }
        self.incoming = incoming
        self.quarantined = quarantined
        self.resolved = resolved
    }

    func perform(in transaction: inout QueueTransaction, byteLimit: Int) throws -> Intake {
        // Earlier calls may share the transaction.
        transaction.readdressed = []
        // Resolved entries are removed first, which makes room for new ones.
        let arrival = try transaction.resolve(resolved)
        let (ids, refusals) = try transaction.quarantine(quarantined, byteLimit: byteLimit)
        let outcomes = try transaction.receive(incoming, arrival: arrival)
        return Intake(
            outcomes: outcomes,
            quarantined: ids,
            refusals: refusals,
            readdressed: transaction.readdressed
        )
    }
}
