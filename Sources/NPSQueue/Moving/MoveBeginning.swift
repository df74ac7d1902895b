import Foundation

/// What is to be done in a move, as the marks of the two databases tell.
enum MoveCourse: Sendable, Hashable {
    /// Everything was moved before.
    case done
    /// Rows are to be copied, or at least compared once more: also when the source was left already, since a target that
    /// was put back to an earlier state since may lack some.
    case copy(leaving: MoveMark, filling: MoveMark)
}

/// Finds out how far a move is, and marks both databases of one that begins.
struct MoveBeginning {
    private let from: String
    private let to: String
    private let didCommit: @Sendable () throws(QueueError) -> Void
    private let patience: Duration

    /// - Parameters:
    ///   - from: the source's address.
    ///   - to: the target's.
    ///   - didCommit: called after each transaction.
    ///   - patience: for how long collectors may take to end.
    init(
        from: String,
        to: String,
        didCommit: @escaping @Sendable () throws(QueueError) -> Void,
        patience: Duration
    ) {
        self.from = from
        self.to = to
        self.didCommit = didCommit
        self.patience = patience
    }

    /// - Throws: `moved`, `unfinishedMove` or `unmovable` when the two can't be source and target.
    func begin(_ source: ResponseQueue, _ target: ResponseQueue) async throws(QueueError) -> MoveCourse {
        let here = try await source.read { transaction in try transaction.rows.moveMark() }
        var there = try await target.read { transaction in try transaction.rows.moveMark() }
        // Another move's target that has nothing of it is as good as one that was never marked.
        if let mark = there, mark.isUntouched, mark.token != here?.token {
            try await target.removeMark(mark)
            there = nil
        }
        // A database may be known by several addresses: what was left isn't filled by its own mark.
        if let there, there.token != here?.token || there.stage != .filling { throw refusal(ofTarget: there) }
        let hasSameKey = source.personKey == target.personKey
        // A target that is only marked has its own key still.
        if let there, !hasSameKey, there.position != MovePosition() {
            throw .damaged("the key of \(to) isn't that of \(from)")
        }
        if let here {
            switch here.stage {
            case .filling: throw here.refusal(of: from)
            case .left:
                if there != nil { break }
                guard here.other == to, hasSameKey else { throw here.refusal(of: from) }
                return .done
            case .leaving: if there == nil, here.other != to { throw here.refusal(of: from) }
            }
        }
        if there == nil {
            if hasSameKey { throw .unmovable("\(to) is the database that \(from) is, or a copy of it.") }
            try await refuseUnlessEmpty(target, here)
        }
        let leaving = try await leave(source, target, here)
        let filling = try await fill(target, from: source, there, leaving)
        return .copy(leaving: leaving, filling: filling)
    }

    private func refusal(ofTarget mark: MoveMark) -> QueueError {
        guard mark.stage == .filling else { return mark.refusal(of: to) }
        return .unmovable(
            """
            \(to) holds what an unfinished move from \(mark.other) left there. Finish that, or name a file that isn't \
            there yet or an empty database.
            """
        )
    }

    private func refuseUnlessEmpty(_ target: ResponseQueue, _ here: MoveMark?) async throws(QueueError) {
        guard try await !target.read({ transaction in try transaction.isEmpty() }) else { return }
        let sentence = "\(to) holds a queue already. Name a file that isn't there yet, or an empty database."
        guard here != nil else { throw .unmovable(sentence) }
        throw .unmovable(sentence + " Give this move up before with nps-collector queue move --cancel.")
    }

    /// Marks the source, unless that was done before, and makes sure that no collector uses either.
    private func leave(
        _ source: ResponseQueue,
        _ target: ResponseQueue,
        _ present: MoveMark?
    ) async throws(QueueError) -> MoveMark {
        let mark = present ?? MoveMark(token: UUID().uuidString, stage: .leaving, other: to)
        if present == nil {
            try await source.transact { transaction in
                try transaction.expect(nil)
                try transaction.rows.write(mark)
            }
            // Into the file's header, where it is found without opening the file.
            try await source.truncateLog()
            try didCommit()
        }
        // After the mark: whoever connects from now on is refused.
        do throws(QueueError) {
            try await refuseWhileOpen(source, from)
            try await refuseWhileOpen(target, to)
        } catch {
            if present == nil { try await source.removeMark(mark) }
            throw error
        }
        return mark
    }

    /// Marks the target and prepares it, unless that was done before.
    ///
    /// The mark comes first, by itself: a collector that is starting there either finds it, or is found here before
    /// anything of the target is changed.
    private func fill(
        _ target: ResponseQueue,
        from source: ResponseQueue,
        _ present: MoveMark?,
        _ leaving: MoveMark
    ) async throws(QueueError) -> MoveMark {
        let mark = present ?? MoveMark(token: leaving.token, stage: .filling, other: from)
        if present == nil {
            try await target.transact { transaction in
                try transaction.expect(nil)
                try transaction.rows.write(mark)
            }
            try didCommit()
        }
        if target.personKey == source.personKey { return mark }
        do throws(QueueError) {
            try await refuseWhileOpen(target, to)
            try await prepare(target, from: source, mark)
        } catch .unmovable(let sentence) where leaving.stage == .leaving {
            // A collector was faster than the mark, so this is its queue and no target.
            try await target.removeMark(mark)
            try await source.removeMark(leaving)
            throw .unmovable("The move is given up, and both databases can be used as before. " + sentence)
        }
        try didCommit()
        return mark
    }

    /// Gives an empty target the source's key and numbers.
    private func prepare(
        _ target: ResponseQueue,
        from source: ResponseQueue,
        _ mark: MoveMark
    ) async throws(QueueError) {
        let numbers = try await source.read { transaction in
            (responses: transaction.state.books.lastSequence, entries: try transaction.rows.lastQuarantineID())
        }
        let key = source.personKey
        try await target.transact { transaction in
            try transaction.beginFilling(mark, with: key)
            try transaction.skipNumbers(responses: numbers.responses, entries: numbers.entries)
        }
    }

    private func refuseWhileOpen(_ queue: ResponseQueue, _ address: String) async throws(QueueError) {
        let begin = ContinuousClock.now
        var names: [String]
        repeat {
            names = try await queue.read { transaction in try transaction.rows.otherCollectors() }
            if names.isEmpty { return }
            // The server may still be saying goodbye to one that has just stopped.
            try? await Task.sleep(for: .milliseconds(50))
        } while ContinuousClock.now - begin < patience
        throw .unmovable(
            "Collectors are using \(address): \(names.joined(separator: ", ")). Stop them, and give the command again."
        )
    }
}
