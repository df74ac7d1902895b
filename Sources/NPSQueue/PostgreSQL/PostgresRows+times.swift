import Foundation
import NPSModel

extension PostgresRows {
    private static let pending = ResponseState.pending.code

    private static let due = Query(
        """
        SELECT (SELECT next_attempt_at FROM responses WHERE state = \(pending) ORDER BY next_attempt_at LIMIT 1),
            (SELECT next_attempt_at FROM responses WHERE state = \(pending) ORDER BY next_attempt_at DESC LIMIT 1)
        """
    )

    /// Nil for a collector that doesn't forward: nothing is due for it.
    func due() throws -> ClosedRange<Milliseconds>? {
        guard term != nil, let row = try connection.execute(Self.due).first else { return nil }
        guard let first: Milliseconds = try row.optional(0), let last: Milliseconds = try row.optional(1) else {
            return nil
        }
        return first...max(first, last)
    }

    private static func advancing(_ condition: String) -> Query {
        Query(
            """
            UPDATE responses SET next_attempt_at = $1::int8 WHERE sequence IN (
                SELECT sequence FROM responses
                WHERE state = \(pending) AND next_attempt_at > $1::int8 AND next_attempt_at <= $2::int8
                    AND held_until IS NULL \(condition)
                ORDER BY next_attempt_at, sequence LIMIT $3::int8 FOR UPDATE
            )
            """
        )
    }

    private static let advance = advancing("")
    private static let advanceCertain = advancing("AND NOT must_upsert")

    /// What the server does well within the time that a statement may take.
    static let largestAdvance = 5_000

    func advanceDue(
        to now: Milliseconds,
        from former: Milliseconds,
        sparesAmbiguous: Bool
    ) throws -> (count: Int, isComplete: Bool) {
        let query = sparesAmbiguous ? Self.advanceCertain : Self.advance
        let parameters = PostgresParameters(now, former, Self.largestAdvance)
        let count = try connection.execute(query, parameters).written
        return (count, count < Self.largestAdvance)
    }

    private static let waiting = Query(
        """
        SELECT LEAST(
            (
                SELECT waiting_from FROM responses WHERE state = \(pending) AND held_until IS NULL
                ORDER BY waiting_from LIMIT 1
            ),
            (SELECT held_until FROM responses WHERE held_until <= $1::int8 ORDER BY held_until LIMIT 1)
        ), (SELECT count(*) FROM responses WHERE held_until > $1::int8)
        """
    )

    func waiting(at now: Milliseconds) throws -> (since: Milliseconds?, held: Int) {
        guard let row = try connection.execute(Self.waiting, PostgresParameters(now)).first else { return (nil, 0) }
        return (try row.optional(0), try row.value(1))
    }

    private static let parkedDates = Query(
        """
        SELECT closed_at FROM responses
        WHERE state = \(ResponseState.parked.code) AND closed_at < $1::int8 AND remote IS NULL
        ORDER BY closed_at LIMIT $2::int8
        """
    )

    func parkedDates(before date: Milliseconds, limit: Int) throws -> [Milliseconds] {
        try connection.execute(Self.parkedDates, PostgresParameters(date, limit)).rows.map { try $0.value(0) }
    }

    private static let raises = [
        // Each by an index.
        Query(
            """
            UPDATE responses SET closed_at = $2::int8
            WHERE state = ANY(ARRAY[3, 4, 5]::int2[]) AND closed_at < $1::int8 AND remote IS NULL AND sequence > $3::int8
            """
        ),
        Query(
            """
            UPDATE responses SET closed_at = $2::int8
            WHERE remote IS NOT NULL AND closed_at < $1::int8 AND sequence > $3::int8
            """
        ),
        Query("UPDATE quarantine SET received_at = $2::int8 WHERE received_at < $1::int8 AND $3::int8 = 0"),
        Query("UPDATE quarantine_erased SET at = $2::int8 WHERE at < $1::int8 AND $3::int8 = 0"),
    ]

    func raiseAges(before start: Milliseconds, to date: Milliseconds) throws {
        let parameters = PostgresParameters(start, date, try undatedThrough())
        for query in Self.raises { try connection.execute(query, parameters) }
    }
}

/// What there is one row of.
extension PostgresRows {
    private static let clock = Query(
        "UPDATE clock SET confirmed = $1::int8, claimed = $2::int8, claimed_for = $3::int8"
    )
    private static let retention = Query("SELECT period, announced_at FROM parked_retention")
    private static let retentionUpdate = Query(
        "UPDATE parked_retention SET period = $1::int8, announced_at = $2::int8"
    )
    private static let probe = Query("UPDATE books SET probed_at = $2::int8 WHERE writer = $1::text")
    /// Where the disk is full, an update may well find room in its own page. This doesn't: it is as large as a large
    /// batch of acceptances, and can't be compressed.
    private static let ballast = Query(
        """
        INSERT INTO quarantine (received_at, last_seen_at, size, source, tombstone, problems, body)
        SELECT $2::int8, $2::int8, 1, '', $1::text, '',
            convert_to(string_agg(md5(n::text || $1::text), ''), 'UTF8')
        FROM generate_series(1, 8192) AS n
        """
    )
    private static let ballastRemoval = Query("DELETE FROM quarantine WHERE source = '' AND tombstone = $1::text")

    func write(_ time: ConfirmedTime) throws {
        let claimedFor = time.claimedFor.wholeMilliseconds
        try connection.execute(Self.clock, PostgresParameters(time.confirmed, time.claimed, claimedFor))
    }

    func write(_ retention: ParkedRetention) throws {
        let period = retention.period?.wholeMilliseconds
        try connection.execute(Self.retentionUpdate, PostgresParameters(period, retention.announcedAt))
    }

    func parkedRetention() throws -> ParkedRetention {
        guard let row = try connection.execute(Self.retention).first else {
            throw QueueError.damaged("its record of the retention of parked responses is missing")
        }
        let period: Int64? = try row.optional(0)
        return ParkedRetention(period: period.map { .milliseconds($0) }, announcedAt: try row.optional(1))
    }

    func probe(at now: Milliseconds, needsRoom: Bool) throws {
        try connection.execute(Self.probe, PostgresParameters(writer, now))
        guard needsRoom else { return }
        try connection.execute(Self.ballast, PostgresParameters(writer, now))
        try connection.execute(Self.ballastRemoval, PostgresParameters(writer))
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 { Int64(exactly: (self / .milliseconds(1)).rounded()) ?? 0 }
}
