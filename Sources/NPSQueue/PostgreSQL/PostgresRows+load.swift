import NPSModel

extension PostgresRows {
    func load(_ selection: ResponseSelection, byteLimit: Int) throws -> [StoredResponse] {
        try rows(selection, byteLimit).first(upTo: byteLimit)
    }

    private func rows(_ selection: ResponseSelection, _ byteLimit: Int) throws -> [StoredResponse] {
        switch selection {
        case .all(let after, let limit): try fetch(Self.all, within: byteLimit, after, limit)
        case .ids(let ids): try ids.isEmpty ? [] : fetch(Self.byID, ids)
        case .claims(let ids): try ids.isEmpty ? [] : fetch(Self.claims, ids, term)
        case .person(let person, let after, let limit):
            try fetch(Self.ofPerson, within: byteLimit, person, after, limit)
        case .lastOfPerson(let person, let before, let limit):
            try fetch(Self.lastOfPerson, person, before, limit)
        case .state(let state, let after, let through, let limit):
            try fetch(Self.inState[state.code], within: byteLimit, after, through, limit)
        case .delivered(let before, let limit): try fetch(Self.lastDelivered, before, limit)
        case .due(let date, let limit): try claimable(Self.due, date, limit)
        case .dueAfter(let date, let limit): try claimable(Self.dueAfter, date, limit)
        case .untried(let date, let count, let limit): try claimable(Self.untried, date, limit, count)
        case .closed(let state, let before, let limit): try fetch(Self.closed, state.code, before, limit)
        case .unconfirmed(let isWanted, let after, let limit):
            try fetch(isWanted ? Self.toDelete : Self.unconfirmed, after, limit)
        case .sending(let claimant, let after, let limit):
            try claimable(claimant == .this ? Self.sendingOfThis : Self.sendingOfFormer, after, limit)
        case .erasedWhileSending(let claimant):
            try claimable(claimant == .this ? Self.erasedOfThis : Self.erasedOfFormer)
        }
    }

    /// - Parameter byteLimit: what is beyond it isn't even sent, unless the rows are to be locked.
    private func fetch(
        _ query: LoadQuery?,
        within byteLimit: Int = .max,
        _ values: (any PostgresValue)?...
    ) throws -> [StoredResponse] {
        guard let query else { return [] }
        var parameters = PostgresParameters()
        for value in values { parameters.append(value) }
        guard byteLimit < .max, !isLocking, let page = query.page else { return try fetch(query, parameters) }
        parameters.append(byteLimit)
        return try responses(connection.execute(page, parameters))
    }

    /// What is due or being sent, for the collector that forwards; nothing for the others. Its term is compared and locked
    /// in the same statement: whoever takes over waits for the commit, and after that this collector neither claims nor
    /// takes back anything.
    private func claimable(_ query: LoadQuery, _ values: any PostgresValue...) throws -> [StoredResponse] {
        guard let term else { return [] }
        var parameters = PostgresParameters()
        for value in values { parameters.append(value) }
        parameters.append(term)
        return try fetch(query, parameters)
    }

    private func fetch(_ query: LoadQuery, _ parameters: PostgresParameters) throws -> [StoredResponse] {
        try responses(connection.execute(isLocking ? query.locking : query.reading, parameters))
    }

    private func responses(_ result: PostgresResult) throws -> [StoredResponse] {
        try result.rows.map { try StoredResponse($0.named(StoredResponse.Columns.self), in: self) }
    }

    private static let known = Query("SELECT id FROM responses WHERE id = ANY($1::uuid[])")

    func known(_ ids: [ResponseID]) throws -> Set<ResponseID> {
        guard !ids.isEmpty else { return [] }
        return try Set(connection.execute(Self.known, PostgresParameters(ids)).rows.map { try $0.value(0) })
    }
}

/// A query for responses, as it is for reading, and as it is for what will be written.
struct LoadQuery: Sendable {
    let reading: Query
    let locking: Query
    /// Ends with the row that reaches a number of bytes. Nil for what isn't read in pages.
    let page: Query?

    /// - Parameters:
    ///   - lock: what follows for writing.
    ///   - limit: the number of the parameter with a page's bytes.
    init(_ rest: String, with tables: String = "", lock: String = "FOR UPDATE", bytes limit: Int? = nil) {
        let text = "\(tables) SELECT \(StoredResponse.Columns.selection) FROM responses \(rest)"
        reading = Query(text)
        locking = Query("\(text) \(lock)")
        page = limit.map { limit in
            // As `StoredResponse.size` says.
            let texts = ["payload", "notes", "history"].map { "COALESCE(octet_length(\($0)), 0)" }
            return Query(
                """
                SELECT \(StoredResponse.Columns.selection) FROM (
                    SELECT *, SUM(size_in_page) OVER (ORDER BY sequence) - size_in_page AS before FROM (
                        SELECT *, 512 + \(texts.joined(separator: " + ")) AS size_in_page FROM responses \(rest)
                    ) AS next
                ) AS page WHERE before < $\(limit)::int8 ORDER BY sequence
                """
            )
        }
    }
}

/// States stand in the text, because PostgreSQL uses an index with a condition only where the text implies that.
extension PostgresRows {
    private static let all = LoadQuery("WHERE sequence > $1::int8 ORDER BY sequence LIMIT $2::int8", bytes: 3)
    private static let byID = LoadQuery("WHERE id = ANY($1::uuid[]) ORDER BY id")
    private static let claims = LoadQuery(
        "WHERE id = ANY($1::uuid[]) AND (term IS NULL OR term = $2::int8) ORDER BY id"
    )
    private static let ofPerson = LoadQuery(
        "WHERE person = $1::uuid AND sequence > $2::int8 ORDER BY sequence LIMIT $3::int8",
        bytes: 4
    )
    private static let lastOfPerson = LoadQuery(
        "WHERE person = $1::uuid AND sequence < $2::int8 ORDER BY sequence DESC LIMIT $3::int8"
    )
    private static let inState = Dictionary(
        uniqueKeysWithValues: ResponseState.allCases.map { state in
            (
                state.code,
                LoadQuery(
                    """
                    WHERE state = \(state.code) AND sequence > $1::int8 AND sequence <= $2::int8
                    ORDER BY sequence LIMIT $3::int8
                    """,
                    bytes: 4
                )
            )
        }
    )
    private static let lastDelivered = LoadQuery(
        """
        WHERE state = \(ResponseState.delivered.code) AND sequence < $1::int8 ORDER BY sequence DESC LIMIT $2::int8
        """
    )
    private static let closed = LoadQuery(
        "WHERE state = $1::int8 AND closed_at < $2::int8 AND remote IS NULL ORDER BY closed_at LIMIT $3::int8"
    )
    private static let unconfirmed = LoadQuery(
        "WHERE remote IS NOT NULL AND sequence > $1::int8 ORDER BY sequence LIMIT $2::int8"
    )
    private static let toDelete = LoadQuery(
        "WHERE remote_wanted AND sequence > $1::int8 ORDER BY sequence LIMIT $2::int8"
    )

    /// Finds nothing unless this collector's term is the present one, given by this server, which then stays so until the
    /// commit.
    private static func fenced(_ rest: String, term: Int, lock: String) -> LoadQuery {
        LoadQuery(
            "WHERE EXISTS (SELECT 1 FROM mine) AND \(rest)",
            with: """
                WITH mine AS MATERIALIZED (
                    SELECT 1 FROM leader WHERE id = 1 AND term = $\(term)::int8 AND incarnation = \(LeaseRow.incarnation)
                    FOR UPDATE
                )
                """,
            lock: lock
        )
    }

    /// What somebody else is changing just now is claimed next time.
    private static func claimable(_ rest: String, term: Int) -> LoadQuery {
        fenced(
            "state = \(ResponseState.pending.code) AND \(rest)",
            term: term,
            lock: "FOR UPDATE OF responses SKIP LOCKED"
        )
    }

    /// Unlike what is claimed, this must be complete.
    private static func sending(_ ofWhom: String) -> LoadQuery {
        fenced(
            """
            state = \(ResponseState.sending.code) AND sequence > $1::int8 AND term \(ofWhom) $3::int8
            ORDER BY sequence LIMIT $2::int8
            """,
            term: 3,
            lock: "FOR UPDATE OF responses"
        )
    }

    private static let sendingOfThis = sending("=")
    private static let sendingOfFormer = sending("<>")

    private static func erasedWhileSending(_ ofWhom: String) -> LoadQuery {
        fenced(
            "remote = 1 AND sequence > 0 AND term \(ofWhom) $1::int8 ORDER BY sequence",
            term: 1,
            lock: "FOR UPDATE OF responses"
        )
    }

    private static let erasedOfThis = erasedWhileSending("=")
    private static let erasedOfFormer = erasedWhileSending("<>")

    private static let due = claimable(
        "next_attempt_at <= $1::int8 ORDER BY next_attempt_at, sequence LIMIT $2::int8",
        term: 3
    )
    private static let dueAfter = claimable(
        "next_attempt_at > $1::int8 ORDER BY next_attempt_at, sequence LIMIT $2::int8",
        term: 3
    )
    private static let untried = claimable(
        """
        sequence >= COALESCE(
            (SELECT sequence FROM responses WHERE state = 1 ORDER BY sequence DESC LIMIT 1 OFFSET $3::int8 - 1), 0
        ) AND next_attempt_at <= $1::int8 AND reason IS NULL
        ORDER BY sequence DESC LIMIT $2::int8
        """,
        term: 4
    )
}
