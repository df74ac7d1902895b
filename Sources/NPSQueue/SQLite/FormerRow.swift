import NPSModel

/// A response as earlier versions stored it, with digests, states and ids as text.
struct FormerRow: RowDecodable {
    enum Columns: Int, ColumnList {
        case sequence, id, source, acceptedAt, person, payload, contentDigest
        case state, digest, version, updatedAt, answeredAt, delivery, superseded, revision, attempts, mustUpsert
        case nextAttemptAt, heldUntil, suspect, receivedAt, waitingFrom, deliveredAt, planhatId, reason, closedAt
        case remote, remoteFrom, remoteWanted

        static let selection = allCases.selection
    }

    let sequence: Int64
    private let id: String
    private let source: String
    private let acceptedAt: Milliseconds
    private let person: String?
    private let payload: String?
    private let contentDigest: String?
    private let digest: String
    /// Without a digest, which has to be keyed first.
    private let lifecycle: ResponseLifecycle

    init(_ row: RowValues<Columns>) throws {
        sequence = try row[.sequence]
        id = try row[.id]
        source = try row[.source]
        acceptedAt = try row[.acceptedAt]
        person = try row[.person]
        payload = try row[.payload]
        contentDigest = try row[.contentDigest]
        digest = try row[.digest]
        lifecycle = try ResponseLifecycle(row)
    }

    /// - Parameter key: digests that are plain get the form of this version.
    func response(keyedBy key: PersonKey) throws -> StoredResponse {
        guard let id = ResponseID(rawValue: id) else { throw QueueError.damaged("a row has no valid id") }
        var response = StoredResponse(
            sequence: sequence,
            id: id,
            source: source,
            acceptedAt: acceptedAt,
            lifecycle: lifecycle,
            person: person.flatMap { KeyedDigest(hexadecimal: $0) },
            contentDigest: contentDigest.flatMap(key.keyed(former:)),
            payload: payload
        )
        guard lifecycle.state != .erased else { return response }
        guard let digest = key.keyed(former: digest) else { throw QueueError.damaged("a row has no valid digest") }
        response.lifecycle.digest = digest
        if lifecycle.state != .delivered { response.contentDigest = nil }
        return response
    }
}

extension ResponseLifecycle {
    fileprivate init(_ row: RowValues<FormerRow.Columns>) throws {
        guard let state = ResponseState(rawValue: try row[.state]) else {
            throw QueueError.damaged("a row has no known state")
        }
        let version = ContentVersion(
            updatedAt: try row[.updatedAt],
            answeredAt: try row[.answeredAt],
            unknown: try row[.version]
        )
        self.init(digest: nil, version: version, at: try row[.receivedAt])
        self.state = state
        delivery = try row[.delivery]
        superseded = (try row[.superseded] as String?)?.split(separator: " ").compactMap(KeyedDigest.init) ?? []
        revision = try row[.revision]
        attempts = try row[.attempts]
        mustUpsert = try row[.mustUpsert]
        nextAttemptAt = try row[.nextAttemptAt]
        heldUntil = try row[.heldUntil]
        botFlag = BotFlag(rawValue: try row[.suspect]) ?? .none
        waitingFrom = (try row[.waitingFrom] as Milliseconds?) ?? receivedAt
        deliveredAt = try row[.deliveredAt]
        planhatID = try row[.planhatId]
        reason = try row[.reason]
        closedAt = try row[.closedAt]
        remote = RemoteTrace(name: try row[.remote], date: try row[.remoteFrom])
        if try row[.remoteWanted] { _ = wantRemoteDeletion() }
    }
}

extension RemoteTrace {
    /// Nil for a row that has none.
    fileprivate init?(name: String?, date: Milliseconds?) {
        switch name {
        case "sending": self = .sending
        case "record": self = .record(from: date ?? Milliseconds(rawValue: 0))
        default: return nil
        }
    }
}

/// An attempt as earlier versions stored it: a row of its own.
struct FormerAttempt: RowDecodable {
    enum Columns: Int, ColumnList {
        case number, at, outcome, reason

        static let selection = allCases.selection
    }

    let number: Int
    let attempt: Attempt

    init(_ row: RowValues<Columns>) throws {
        guard let outcome = Attempt.Result(rawValue: try row[.outcome]) else {
            throw QueueError.damaged("an attempt has no known outcome")
        }
        let at: Milliseconds = try row[.at]
        number = try row[.number]
        attempt = Attempt(at: at.date, outcome: outcome, reason: try row[.reason])
    }
}
