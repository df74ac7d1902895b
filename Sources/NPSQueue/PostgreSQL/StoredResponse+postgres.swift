import Foundation
import NPSModel

/// How the table `responses` has a response. The columns have the names that SQLite's tables have.
extension StoredResponse.Columns {
    /// The type of a parameter with a value of this column for each of a set.
    var arrayType: String {
        switch self {
        case .id, .person, .digest, .contentDigest: "uuid[]"
        case .source, .delivery, .planhatId, .reason, .history, .notes, .tally, .payload: "text[]"
        case .superseded: "bytea[]"
        case .mustUpsert, .remoteWanted: "bool[]"
        default: "int8[]"
        }
    }

    /// Those that a new response has a value in, but for the sequence number.
    static let inserted: [Self] = [
        .id, .state, .source, .acceptedAt, .person, .digest, .updatedAt, .answeredAt, .delivery, .revision, .attempts,
        .mustUpsert, .suspect, .nextAttemptAt, .heldUntil, .receivedAt, .waitingFrom, .tries, .notes, .tally, .payload,
    ]

    /// Those that can change, but for the payload.
    static let changeable: [Self] = allCases.filter { column in
        switch column {
        case .sequence, .id, .source, .acceptedAt, .payload: false
        default: true
        }
    }
}

extension Sequence<StoredResponse.Columns> {
    var names: String { map(\.name).joined(separator: ", ") }

    /// `unnest($1::int8[], $2::uuid[])`
    ///
    /// - Parameter first: the number of the first parameter.
    func unnesting(from first: Int = 1) -> String {
        let arrays = enumerated().map { "$\(first + $0.offset)::\($0.element.arrayType)" }
        return "unnest(\(arrays.joined(separator: ", ")))"
    }
}

extension PostgresParameters {
    /// One array with the column's values.
    mutating func append(
        _ column: StoredResponse.Columns,
        of responses: [StoredResponse],
        sealedBy keys: PayloadKeys
    ) throws(QueueError) {
        func add<Value: PostgresValue>(_ value: (StoredResponse) -> Value?) { append(array: responses.map(value)) }
        switch column {
        case .sequence: add { $0.sequence }
        case .id: add { $0.id }
        case .state: add { $0.lifecycle.state.code }
        case .source: add { $0.source }
        case .acceptedAt: add { $0.acceptedAt }
        case .person: add { $0.person }
        case .digest: add { $0.lifecycle.digest }
        case .contentDigest: add { $0.contentDigest }
        case .version: add { $0.lifecycle.version.unknown }
        case .updatedAt: add { $0.lifecycle.version.updatedAt }
        case .answeredAt: add { $0.lifecycle.version.answeredAt }
        case .delivery: add { $0.lifecycle.delivery }
        case .superseded:
            add { $0.lifecycle.superseded.isEmpty ? nil : StoredResponse.bytes(of: $0.lifecycle.superseded) }
        case .revision: add { $0.lifecycle.revision }
        case .attempts: add { $0.lifecycle.attempts }
        case .mustUpsert: add { $0.lifecycle.mustUpsert }
        case .suspect: add { $0.lifecycle.botFlag.rawValue }
        case .nextAttemptAt: add { $0.lifecycle.nextAttemptAt }
        case .heldUntil: add { $0.lifecycle.heldUntil }
        case .receivedAt: add { $0.lifecycle.receivedAt }
        case .waitingFrom: add { $0.lifecycle.waitingFrom }
        case .closedAt: add { $0.lifecycle.closedAt }
        case .deliveredAt: add { $0.lifecycle.deliveredAt }
        case .planhatId: add { $0.lifecycle.planhatID }
        case .reason: add { $0.lifecycle.reason }
        case .remote: add { $0.lifecycle.remote?.code }
        case .remoteFrom: add { $0.lifecycle.remote?.date }
        case .remoteWanted: add { $0.lifecycle.isRemoteDeletionWanted }
        case .tries: add { $0.history.count }
        case .history: add { $0.history.json }
        case .notes: add { $0.notes }
        case .tally: add { $0.tally?.rawValue }
        case .payload:
            append(array: try responses.map { response throws(QueueError) in try response.payload(sealedBy: keys) })
        }
    }
}

extension StoredResponse {
    /// - Parameter rows: open the payload.
    init(_ row: PostgresValues<Columns>, in rows: PostgresRows) throws {
        let id: ResponseID = try row[.id]
        let payload: String? = try row[optional: .payload]
        let tally: String? = try row[optional: .tally]
        self.init(
            sequence: try row[.sequence],
            id: id,
            source: try row[.source],
            acceptedAt: try row[.acceptedAt],
            lifecycle: try ResponseLifecycle(row),
            person: try row[optional: .person],
            contentDigest: try row[optional: .contentDigest],
            history: AttemptHistory(count: try row[.tries], json: try row[optional: .history]),
            notes: try row[optional: .notes],
            tally: tally.map(TallyCode.init(rawValue:)),
            payload: try payload.map { try rows.open($0, at: .payload(of: id)) }
        )
    }
}

extension ResponseLifecycle {
    fileprivate init(_ row: PostgresValues<StoredResponse.Columns>) throws(QueueError) {
        guard let state = ResponseState(code: try row[.state]) else { throw .damaged("a row has no known state") }
        let version = ContentVersion(
            updatedAt: try row[optional: .updatedAt],
            answeredAt: try row[optional: .answeredAt],
            unknown: try row[optional: .version]
        )
        self.init(digest: try row[optional: .digest], version: version, at: try row[.receivedAt])
        self.state = state
        delivery = try row[optional: .delivery]
        superseded = Self.traces(in: try row[optional: .superseded])
        revision = try row[.revision]
        attempts = try row[.attempts]
        mustUpsert = try row[.mustUpsert]
        nextAttemptAt = try row[optional: .nextAttemptAt]
        heldUntil = try row[optional: .heldUntil]
        botFlag = BotFlag(rawValue: try row[.suspect]) ?? .none
        waitingFrom = try row[.waitingFrom]
        deliveredAt = try row[optional: .deliveredAt]
        planhatID = try row[optional: .planhatId]
        reason = try row[optional: .reason]
        closedAt = try row[optional: .closedAt]
        remote = RemoteTrace(code: try row[optional: .remote], date: try row[optional: .remoteFrom])
        if try row[.remoteWanted] { _ = wantRemoteDeletion() }
    }
}
