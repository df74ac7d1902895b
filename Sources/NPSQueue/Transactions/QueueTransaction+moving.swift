import NPSModel

extension QueueTransaction {
    /// Throws `unmovable` unless the database has exactly this mark: another program was at work.
    func expect(_ mark: MoveMark?) throws {
        guard try rows.moveMark() == mark else {
            throw QueueError.unmovable("Another program has changed the state of this move. Start the command again.")
        }
    }

    /// Whether there is nothing that a move could mix with what it brings.
    func isEmpty() throws -> Bool {
        guard state.books.accepted == 0, state.books.quarantined == 0, state.upgrade == nil else { return false }
        return try rows.load(.all(after: 0, limit: 1)).isEmpty
            && rows.quarantine(after: 0, limit: 1, byteLimit: 1).isEmpty && rows.tombstones().isEmpty
    }

    /// Makes an empty database, which has this mark, a target.
    ///
    /// - Parameter key: the source's.
    func beginFilling(_ mark: MoveMark, with key: PersonKey) throws {
        try expect(mark)
        guard try isEmpty() else {
            throw QueueError.unmovable("A collector has stored something in the target meanwhile. Name another.")
        }
        try rows.replaceKey(by: key)
    }

    /// Makes a target to which nothing was copied a database of its own. What a collector stored there had its key.
    func endFilling() throws {
        if try isEmpty() { try rows.replaceKey(by: PersonKey(PersonKey.random())) }
    }

    mutating func skipNumbers(responses: Int64, entries: Int64) throws {
        state.books.lastSequence = max(state.books.lastSequence, responses)
        try rows.skipNumbers(responses: responses, entries: entries)
    }

    /// Adds the next responses of the source, counts them, and returns the mark that says so.
    mutating func add(_ responses: [StoredResponse], under mark: MoveMark) throws -> MoveMark {
        try expect(mark)
        try rows.add(responses)
        for response in responses {
            state.books.accepted += 1
            state.books[response.lifecycle.state] += 1
            if response.lifecycle.remote != nil { state.books.unconfirmed += 1 }
        }
        var mark = mark
        mark.position.response = responses.last?.sequence ?? mark.position.response
        try rows.write(mark)
        return mark
    }

    /// The next entries of the quarantine, oldest first.
    func entries(after id: Int64, limit: Int, byteLimit: Int) throws -> [MovedEntry] {
        let bodies = try rows.bodies(after: id, limit: limit, byteLimit: byteLimit)
        let stored = try rows.quarantine(after: id, limit: bodies.count, byteLimit: .max)
        return try zip(stored, bodies).map { stored, body in
            guard stored.id == body.id.rawValue, let identity = try rows.identity(body.id) else {
                throw QueueError.damaged("an entry of the quarantine can't be read")
            }
            return MovedEntry(stored, body: body.body, identity, personKey)
        }
    }

    /// Adds the next entries of the source's quarantine, counts them, and returns the mark that says so.
    mutating func add(_ entries: [MovedEntry], under mark: MoveMark) throws -> MoveMark {
        try expect(mark)
        for entry in entries {
            try rows.add(entry)
            state.books.quarantined += 1
            state.books.quarantinedBytes += entry.payload.size
            state.shares.add(entry.payload.size, to: entry.stored.source)
        }
        var mark = mark
        mark.position.entry = entries.last?.stored.id ?? mark.position.entry
        try rows.write(mark)
        return mark
    }

    /// What there is beside responses and the quarantine.
    func rest() throws -> MoveRest {
        MoveRest(
            books: state.books,
            time: state.time,
            undatedThrough: try rows.undatedThrough(),
            parkedRetention: try rows.parkedRetention(),
            tombstones: try rows.tombstones(),
            labels: try rows.labels(),
            alerts: try rows.keptAlerts(of: [""]),
            sources: try rows.sourceRecords(),
            record: try MoveRecord(of: rows)
        )
    }

    /// Adds the rest of the source, and returns the mark that says so.
    mutating func add(_ rest: MoveRest, under mark: MoveMark) throws -> MoveMark {
        try expect(mark)
        let (delivered, erased) = (rest.books.removedDelivered, rest.books.removedErased)
        state.books.accepted += delivered + erased
        state.books.delivered += delivered
        state.books.removedDelivered += delivered
        state.books.erased += erased
        state.books.removedErased += erased
        state.time = rest.time
        try rows.writeUndatedThrough(rest.undatedThrough)
        try rows.write(rest.parkedRetention)
        try rows.add(rest.tombstones)
        for label in rest.labels { try rows.noteLabel(label) }
        try rows.write(AlertChanges(alerts: rest.alerts.alerts, messages: rest.alerts.messages))
        try rows.add(rest.sources)
        try rest.record.write(to: rows)
        var mark = mark
        mark.position.isComplete = true
        try rows.write(mark)
        return mark
    }
}
