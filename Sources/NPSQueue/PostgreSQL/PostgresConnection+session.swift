import Foundation

/// How a session begins, before anything is written in it.
extension PostgresConnection {
    private static let key = Query("SELECT key FROM person_key")
    private static let registration = Query("INSERT INTO books (writer) VALUES ($1::text) ON CONFLICT DO NOTHING")
    private static let fence = Query("SELECT 1 FROM books WHERE writer = $1::text FOR UPDATE")

    /// Connects to a server that keeps what it acknowledges, and to tables that this program can cope with.
    ///
    /// - Parameter isMoving: whether it connects also if the database has a ``MoveMark``.
    static func open(_ address: PostgresAddress, lane: String, isMoving: Bool) throws -> PostgresConnection {
        let connection = try PostgresConnection(address.parameters(lane: lane))
        do {
            try connection.assertSuitable()
            try connection.assertCommitsEnd()
            try PostgresSchema.version(on: connection, for: address, isMoving: isMoving)
        } catch {
            connection.close()
            throw error
        }
        return connection
    }

    /// Gives the writer its row in the books, and waits for the end of what it was committing on a former connection.
    ///
    /// - Throws: also where this is another database than before, or where these aren't the keys of its collectors.
    func register(_ writer: String, with keys: PayloadKeys, for personKey: PersonKey) throws {
        let key: Data = try execute(Self.key).first?.value(0) ?? Data()
        guard PersonKey(key) == personKey else { throw QueueError.database("it is not the one that was open before") }
        try execute(Self.registration, PostgresParameters(writer))
        // The former connection may have gone while the server was at its COMMIT, which holds this row.
        try waitForFormerCommit(of: writer)
        // Not before it is registered: see `PayloadKeyRegister.admit`.
        try PayloadKeyRegister(reading: self).check(keys)
    }

    private func waitForFormerCommit(of writer: String) throws {
        do throws(PostgresError) {
            try execute(Self.fence, PostgresParameters(writer))
        } catch {
            guard error.code == PostgresError.lockTimeout else { throw error }
            throw hanging("the last commit of this collector's former session hasn't ended")
        }
    }
}
