import Foundation
import NPSModel

/// What a database knows of the keys that its collectors seal with: the table `payload_keys` has each that was ever the
/// first of a collector's. A collector that doesn't fit it must not start: it would write what should be sealed as it is,
/// or take for unreadable what others wrote.
struct PayloadKeyRegister {
    private let connection: PostgresConnection
    private let digests: [String: Data]
    /// Which of them a search found nothing of, since they last were the first of a collector's.
    private let unused: Set<String>

    private static let all = Query("SELECT kid, digest, unused FROM payload_keys ORDER BY kid")

    init(reading connection: PostgresConnection) throws {
        self.connection = connection
        var digests: [String: Data] = [:]
        var unused: Set<String> = []
        for row in try connection.execute(Self.all).rows {
            let kid: String = try row.value(0)
            digests[kid] = try row.value(1)
            if try row.value(2) { unused.insert(kid) }
        }
        (self.digests, self.unused) = (digests, unused)
    }

    /// Throws `payloadKeys` for a collector that has no key where others have, or another key under the same kid.
    func check(_ keys: PayloadKeys) throws(QueueError) {
        guard !keys.isEmpty || digests.isEmpty else {
            throw .payloadKeys(
                "the collectors of this database seal what people write, and this one has no key: give it theirs "
                    + "(\(digests.keys.sorted().joined(separator: ", ")))"
            )
        }
        for key in keys.keys {
            guard let digest = digests[key.kid], digest != key.digest else { continue }
            throw .payloadKeys(
                "\(key.kid) is another key there: give this collector the one that the others have, or a new key a kid of its own"
            )
        }
    }

    /// How long the search for what an unlisted key has sealed may take; it reads all that is open.
    private static let searchLimit = Duration.seconds(60)

    /// Throws `payloadKeys` when something is there that can't be opened because its key isn't listed. Not to be called within
    /// a transaction, which others may wait for.
    ///
    /// - Returns: the unlisted keys of which nothing was found, for ``admit(_:unused:)``; they aren't searched for again.
    @discardableResult
    func checkUse(_ keys: PayloadKeys) throws -> [String] {
        let unlisted = digests.keys.sorted().filter { keys[$0] == nil && !unused.contains($0) }
        guard !unlisted.isEmpty else { return [] }
        try connection.run("SET statement_timeout = '\(Self.searchLimit.components.seconds)s'")
        defer { _ = try? connection.run("RESET statement_timeout") }
        for kid in unlisted {
            let use = Self.use(of: kid)
            guard try connection.run(use, within: Self.searchLimit).text == "t" else { continue }
            throw QueueError.payloadKeys(
                "responses or payloads there are sealed with \(kid), which isn't listed: list it again after the first key, "
                    + "until nothing is left of what it has sealed"
            )
        }
        return unlisted
    }

    private static func use(of kid: String) -> String {
        let head = SealedValue.head(of: kid)
        let bytes = Hexadecimal.encode(SealedValue(kid: kid, box: Data()).bytes)
        return """
            SELECT EXISTS (SELECT 1 FROM responses WHERE state <> 3 AND starts_with(payload, '\(head)')) OR EXISTS (
                SELECT 1 FROM quarantine WHERE substring(body, 1, \(bytes.count / 2)) = '\\x\(bytes)'::bytea
                    AND octet_length(body) >= \(bytes.count / 2 + SealedValue.shortestBox)
            )
            """
    }

    private static let usage = Query(
        """
        UPDATE payload_keys SET unused = kid = ANY($1::text[])
        WHERE kid = ANY($1::text[]) OR (unused AND kid = $2::text)
        """
    )
    private static let insertion = Query("INSERT INTO payload_keys (kid, digest) VALUES ($1::text, $2::bytea)")
    /// The collectors whose connections are there. A session's name is cut after 63 bytes, and has `?` or `\x` in the place of
    /// what isn't printable ASCII: where a writer is called so, any session with a name like that counts.
    private static let collectors = Query(
        """
        SELECT DISTINCT a.application_name FROM pg_stat_activity AS a
        JOIN books AS b ON a.application_name = left('nps-collector/' || b.writer, 63)
            OR b.writer ~ '[^ -~]' AND a.application_name ~ '^nps-collector/.*[?\\\\]'
        WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() ORDER BY 1
        """
    )

    /// Enters the key that is going to seal. The first that a database ever gets keeps programs out that know nothing of
    /// keys; those that run would not notice, so none may.
    ///
    /// A collector looks at the register after it has entered its books. So one that connects meanwhile either is found here,
    /// or waits for the commit and finds the key.
    ///
    /// - Parameter kids: what ``checkUse(_:)`` returned.
    func admit(_ keys: PayloadKeys, unused kids: [String]) throws {
        if !kids.isEmpty || keys.keys.first.map({ unused.contains($0.kid) }) == true {
            try connection.execute(Self.usage, PostgresParameters(kids, keys.keys.first?.kid))
        }
        guard let first = keys.keys.first, digests[first.kid] == nil else { return }
        if digests.isEmpty {
            try connection.run("LOCK TABLE schema_version, payload_keys IN ACCESS EXCLUSIVE MODE")
            let running: [String] = try connection.execute(Self.collectors).rows.map { try $0.value(0) }
            guard running.isEmpty else {
                throw QueueError.payloadKeys(
                    "\(first.kid) is the first key of this database, and collectors run on it without one "
                        + "(\(running.joined(separator: ", "))): stop them all, and start them with the key"
                )
            }
            try PostgresSchema.keepOutProgramsWithoutPayloadKeys(connection)
        }
        try connection.execute(Self.insertion, PostgresParameters(first.kid, first.digest))
    }

    /// Whether no key was ever used.
    var isEmpty: Bool { digests.isEmpty }

    /// Whether the key that would seal has never sealed anything there.
    func isNew(_ keys: PayloadKeys) -> Bool {
        keys.keys.first.map { digests[$0.kid] == nil } ?? false
    }

    /// How many of each kind ``countPlain()`` looks at.
    static let sample = 10_000
    private static let plain = Query(
        """
        SELECT (
            SELECT count(*) FROM (
                \([1, 2, 4].map { state in
                    "(SELECT payload FROM responses WHERE state = \(state) ORDER BY sequence LIMIT \(sample))"
                }.joined(separator: " UNION ALL "))
            ) AS open WHERE NOT starts_with(payload, '\(SealedValue.head)')
        ), (
            SELECT count(*) FROM (SELECT body FROM quarantine ORDER BY id LIMIT \(sample)) AS oldest
            WHERE substring(body, 1, \(SealedValue.head.utf8.count + 1)) <> $1::bytea
        )
        """
    )

    /// How many of the oldest responses that wait or are parked, and of the oldest payloads in quarantine, were stored
    /// without a key.
    func countPlain() throws -> (responses: Int, payloads: Int) {
        let head = Data([0] + Array(SealedValue.head.utf8))
        guard let row = try connection.execute(Self.plain, PostgresParameters(head)).first else { return (0, 0) }
        return (try row.value(0), try row.value(1))
    }

    private static let registered = Query("SELECT 1 FROM payload_keys WHERE kid = $1::text")

    /// Whether a collector ever sealed with this key, asked now.
    static func has(_ kid: String, on connection: PostgresConnection) throws -> Bool {
        try connection.execute(registered, PostgresParameters(kid)).count > 0
    }
}
