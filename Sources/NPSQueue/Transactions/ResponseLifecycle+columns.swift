import GRDB

extension ResponseLifecycle: RowDecodable, RowEncodable {
    /// All that a row of `responses` says about its state.
    enum Columns: Int, ColumnList {
        case state, digest
        /// What an earlier version stored: the time of the update or of the answer.
        case version
        case updatedAt, answeredAt, delivery, superseded, revision, attempts, mustUpsert, nextAttemptAt, heldUntil
        /// The bot flag.
        case suspect
        case receivedAt, waitingFrom, deliveredAt, planhatId, reason, closedAt, remote, remoteFrom, remoteWanted

        static let selection = allCases.selection
        static let assignments = allCases.assignments
        static let placeholders = allCases.placeholders
    }

    init(_ row: RowValues<Columns>) throws {
        guard let state = ResponseState(rawValue: try row[.state]) else {
            throw QueueError.damaged("a row has no known state")
        }
        let version = ContentVersion(
            updatedAt: try row[.updatedAt],
            answeredAt: try row[.answeredAt],
            unknown: try row[.version]
        )
        self.init(digest: try row[.digest], version: version, at: try row[.receivedAt])
        self.state = state
        delivery = try row[.delivery]
        superseded = (try row[.superseded] as String?)?.split(separator: " ").map(String.init) ?? []
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

    func value(of column: Columns) -> (any DatabaseValueConvertible)? {
        switch column {
        case .state: state.rawValue
        case .digest: digest
        case .version: version.unknown
        case .updatedAt: version.updatedAt
        case .answeredAt: version.answeredAt
        case .delivery: delivery
        case .superseded: superseded.isEmpty ? nil : superseded.joined(separator: " ")
        case .revision: revision
        case .attempts: attempts
        case .mustUpsert: mustUpsert
        case .nextAttemptAt: nextAttemptAt
        case .heldUntil: heldUntil
        case .suspect: botFlag.rawValue
        case .receivedAt: receivedAt
        case .waitingFrom: waitingFrom
        case .deliveredAt: deliveredAt
        case .planhatId: planhatID
        case .reason: reason
        case .closedAt: closedAt
        case .remote: remote?.name
        case .remoteFrom: remote?.date
        case .remoteWanted: isRemoteDeletionWanted
        }
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

    /// As the row has it.
    fileprivate var name: String {
        switch self {
        case .sending: "sending"
        case .record: "record"
        }
    }
}
