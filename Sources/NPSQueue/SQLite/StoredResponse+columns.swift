import Foundation
import NPSModel

extension ResponseState {
    /// As the tables have it.
    var code: Int {
        switch self {
        case .pending: 1
        case .sending: 2
        case .delivered: 3
        case .parked: 4
        case .erased: 5
        }
    }

    init?(code: Int) {
        guard let state = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = state
    }
}

/// The 128 bits after the prefix.
extension ResponseID: SQLiteWritable, SQLiteReadable {
    var sqliteValue: SQLiteValue {
        var text = rawValue
        return text.withUTF8 { text in
            let digits = text.dropFirst(Self.prefix.utf8.count)
            return .bits(UInt128(Self.number(digits.prefix(16))) << 64 | UInt128(Self.number(digits.dropFirst(16))))
        }
    }

    /// - Parameter digits: 16 digits and lower-case letters, and nothing else.
    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64 {
        digits.reduce(0) { number, digit in
            number << 4 | UInt64(digit < UInt8(ascii: "a") ? digit &- 0x30 : digit &- 0x57)
        }
    }

    init?(_ statement: OpaquePointer, _ index: CInt) {
        guard let digest = KeyedDigest(statement, index) else { return nil }
        self.init(rawValue: Self.prefix + digest.hexadecimal)
    }
}

extension StoredResponse: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case sequence, id, state, source, acceptedAt, person, digest, contentDigest
        /// What an earlier version stored: the time of the update or of the answer.
        case version
        case updatedAt, answeredAt, delivery
        /// 16 bytes for each trace, the newest at the end.
        case superseded
        case revision, attempts, mustUpsert
        /// The bot flag.
        case suspect
        case nextAttemptAt, heldUntil, receivedAt, waitingFrom, closedAt, deliveredAt, planhatId, reason
        case remote, remoteFrom, remoteWanted
        /// All attempts ever made.
        case tries
        case history, notes, tally
        /// Last, because it may be long: what comes before is read without it.
        case payload

        static let selection = allCases.selection
    }

    init(_ row: RowValues<Columns>) throws {
        sequence = try row[.sequence]
        id = try row[.id]
        source = try row[.source]
        acceptedAt = try row[.acceptedAt]
        person = try row[.person]
        contentDigest = try row[.contentDigest]
        history = AttemptHistory(count: try row[.tries], json: try row[.history])
        notes = try row[.notes]
        tally = try row[.tally]
        payload = try row[.payload]
        lifecycle = try ResponseLifecycle(row)
    }

    func value(of column: Columns) -> SQLiteValue {
        switch column {
        case .sequence: sequence.sqliteValue
        case .id: id.sqliteValue
        case .state: lifecycle.state.code.sqliteValue
        case .source: source.sqliteValue
        case .acceptedAt: acceptedAt.sqliteValue
        case .person: person.sqliteValue
        case .digest: lifecycle.digest.sqliteValue
        case .contentDigest: contentDigest.sqliteValue
        case .version: lifecycle.version.unknown.sqliteValue
        case .updatedAt: lifecycle.version.updatedAt.sqliteValue
        case .answeredAt: lifecycle.version.answeredAt.sqliteValue
        case .delivery: lifecycle.delivery.sqliteValue
        case .superseded: lifecycle.superseded.isEmpty ? .null : .blob(Self.bytes(of: lifecycle.superseded))
        case .revision: lifecycle.revision.sqliteValue
        case .attempts: lifecycle.attempts.sqliteValue
        case .mustUpsert: lifecycle.mustUpsert.sqliteValue
        case .suspect: lifecycle.botFlag.rawValue.sqliteValue
        case .nextAttemptAt: lifecycle.nextAttemptAt.sqliteValue
        case .heldUntil: lifecycle.heldUntil.sqliteValue
        case .receivedAt: lifecycle.receivedAt.sqliteValue
        case .waitingFrom: lifecycle.waitingFrom.sqliteValue
        case .closedAt: lifecycle.closedAt.sqliteValue
        case .deliveredAt: lifecycle.deliveredAt.sqliteValue
        case .planhatId: lifecycle.planhatID.sqliteValue
        case .reason: lifecycle.reason.sqliteValue
        case .remote: (lifecycle.remote?.code).sqliteValue
        case .remoteFrom: (lifecycle.remote?.date).sqliteValue
        case .remoteWanted: lifecycle.isRemoteDeletionWanted.sqliteValue
        case .tries: history.count.sqliteValue
        case .history: history.json.sqliteValue
        case .notes: notes.sqliteValue
        case .tally: tally.sqliteValue
        case .payload: payload.sqliteValue
        }
    }

    static func bytes(of traces: [KeyedDigest]) -> Data {
        traces.reduce(into: Data()) { bytes, trace in
            withUnsafeBytes(of: trace.rawValue.bigEndian) { bytes.append(contentsOf: $0) }
        }
    }
}

extension ResponseLifecycle {
    fileprivate init(_ row: RowValues<StoredResponse.Columns>) throws {
        guard let state = ResponseState(code: try row[.state]) else {
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
        superseded = Self.traces(in: try row[.superseded])
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
        remote = RemoteTrace(code: try row[.remote], date: try row[.remoteFrom])
        if (try row[.remoteWanted] as Bool?) == true { _ = wantRemoteDeletion() }
    }

    static func traces(in bytes: Data?) -> [KeyedDigest] {
        guard let bytes, bytes.count >= 16 else { return [] }
        return stride(from: bytes.startIndex, through: bytes.endIndex - 16, by: 16).map { start in
            KeyedDigest(bytes: bytes[start..<start + 16])
        }
    }
}

extension RemoteTrace {
    /// As the table has it.
    var code: Int {
        switch self {
        case .sending: 1
        case .record: 2
        }
    }

    /// Nil for a row that has none.
    init?(code: Int?, date: Milliseconds?) {
        switch code {
        case 1: self = .sending
        case 2: self = .record(from: date ?? Milliseconds(rawValue: 0))
        default: return nil
        }
    }
}
