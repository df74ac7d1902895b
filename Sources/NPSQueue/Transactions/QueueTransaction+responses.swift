import Foundation
import GRDB
import NPSModel

/// A submission, encoded by its own task before it reaches the dispatch queue.
struct Incoming: Sendable {
    let id: String
    let source: String
    let digest: String
    let version: Milliseconds?
    let heldUntil: Milliseconds?
    /// Later than the form's time by the millisecond that rounding may have taken from it.
    let formPrintedAt: Milliseconds?
    private(set) var payload: String
    /// Nil when its comment stays as it was.
    private(set) var contentDigest: String?
    /// What ``payload`` encodes.
    private var response: SurveyResponse
    /// Whose it is, as ``PersonKey`` tells it.
    let person: String
    let delivery: String?
    private let key: PersonKey

    init(_ submission: Submission, _ key: PersonKey) {
        id = submission.response.id.rawValue
        source = submission.response.source
        digest = submission.digest
        version = submission.version.map { Milliseconds($0) }
        heldUntil = submission.heldUntil.map { Milliseconds($0) }
        formPrintedAt = submission.formPrintedAt.map { Milliseconds($0.addingTimeInterval(0.001)) }
        response = submission.heldUntil == nil ? submission.response : submission.response.markedSuspect(true)
        payload = StoredContent(response).json
        contentDigest = response.contentDigest
        person = key.digest(of: response.email)
        delivery = submission.deliveryID
        self.key = key
    }

    func trace(ofContent digest: String, delivery: String?) -> String {
        key.trace(ofContent: digest, delivery: delivery)
    }

    /// The answer where nothing is there whose comment could stay.
    var alone: Incoming { encoding(response.resolvingComment(nil)) }

    /// The answer that takes the place of another's content. A comment that it leaves as it was goes on with it, unless a
    /// bot wrote that; one that only Planhat has, stays there. Where Planhat may show a bot's flag, it is taken back.
    func replacing(
        _ content: @autoclosure () throws -> StoredContent?,
        of old: ResponseLifecycle,
        by new: ResponseLifecycle
    ) rethrows -> Incoming {
        var answer = response
        if answer.keepsComment {
            if old.botFlag == .current {
                answer = answer.resolvingComment(nil)
            } else if let content = try content(), !content.keepsComment {
                answer = answer.resolvingComment(content.comment)
            }
        }
        return encoding(new.botFlag == .earlier ? answer.markedSuspect(false) : answer)
    }

    private func encoding(_ response: SurveyResponse) -> Incoming {
        guard response != self.response else { return self }
        var copy = self
        copy.response = response
        copy.payload = StoredContent(response).json
        copy.contentDigest = response.contentDigest
        return copy
    }
}

/// A row's key and the part of it that decides.
struct StoredResponse {
    let sequence: Int64
    let id: String
    var lifecycle: ResponseLifecycle
    /// Nil for receipts older than the digest, and when nothing of a person is left.
    var person: String?
}

extension QueueTransaction {
    static let lifecycleColumns = """
        sequence, state, digest, revision, attempts, must_upsert, next_attempt_at, received_at, delivered_at, \
        planhat_id, reason, version, closed_at, remote, remote_from, id, person, held_until, delivery, superseded, \
        suspect
        """

    /// False when the id is known; then nothing is written.
    mutating func insert(_ incoming: Incoming, arrival: Milliseconds?) throws -> Bool {
        var lifecycle = ResponseLifecycle(digest: incoming.digest, version: incoming.version, at: now, arrival: arrival)
        if let heldUntil = incoming.heldUntil { lifecycle.hold(until: heldUntil) }
        // Its receipt may be among those that were removed for their age: then Planhat knows it, and a create would
        // double it.
        lifecycle.mustUpsert = state.books.removedDelivered + state.books.removedErased > 0
        let incoming = lifecycle.mustUpsert ? incoming : incoming.alone
        try execute(
            """
            INSERT INTO responses (id, state, source, payload, digest, revision, attempts, must_upsert,
                next_attempt_at, received_at, accepted_at, version, content_digest, person,
                held_until, delivery, suspect)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
            """,
            [
                incoming.id, lifecycle.state.rawValue, incoming.source, incoming.payload, lifecycle.digest,
                lifecycle.revision, lifecycle.attempts, lifecycle.mustUpsert, lifecycle.nextAttemptAt,
                lifecycle.receivedAt, now, lifecycle.version, incoming.contentDigest, incoming.person,
                lifecycle.heldUntil, incoming.delivery, lifecycle.botFlag.rawValue,
            ]
        )
        guard database.changesCount == 1 else { return false }
        state.books.accepted += 1
        state.books[lifecycle.state] += 1
        leavesDue = true
        return true
    }

    func response(_ id: String) throws -> StoredResponse? {
        try row("SELECT \(Self.lifecycleColumns) FROM responses WHERE id = ?", [id]).map(Self.stored)
    }

    /// The oldest responses in a state, after a sequence.
    func responses(in state: ResponseState, after sequence: Int64, limit: Int) throws -> [StoredResponse] {
        try rows(
            "SELECT \(Self.lifecycleColumns) FROM responses WHERE state = ? AND sequence > ? ORDER BY sequence LIMIT ?",
            [state.rawValue, sequence, limit]
        ).map(Self.stored)
    }

    static func stored(_ row: Row) throws -> StoredResponse {
        guard let state = ResponseState(rawValue: row[1]) else { throw QueueError.damaged("a row has no known state") }
        var lifecycle = ResponseLifecycle(digest: row[2], at: row[7])
        lifecycle.state = state
        lifecycle.revision = row[3]
        lifecycle.attempts = row[4]
        lifecycle.mustUpsert = row[5]
        lifecycle.nextAttemptAt = row[6]
        lifecycle.deliveredAt = row[8]
        lifecycle.planhatID = row[9]
        lifecycle.reason = row[10]
        lifecycle.version = row[11]
        lifecycle.heldUntil = row[17]
        lifecycle.botFlag = BotFlag(rawValue: row[20]) ?? .none
        lifecycle.closedAt = row[12]
        lifecycle.remote =
            switch row[13] as String? {
            case "sending": .sending
            case "record": .record(from: row[14] ?? Milliseconds(rawValue: 0))
            default: nil
            }
        lifecycle.delivery = row[18]
        lifecycle.superseded = (row[19] as String?)?.split(separator: " ").map(String.init) ?? []
        return StoredResponse(sequence: row[0], id: row[15], lifecycle: lifecycle, person: row[16])
    }

    /// - Parameter content: the new one; nil leaves it as it is, or removes it with a state that keeps none.
    mutating func save(_ response: StoredResponse, was old: ResponseState, content: Incoming? = nil) throws {
        let lifecycle = response.lifecycle
        try execute(
            """
            UPDATE responses SET state = ?, digest = ?, revision = ?, attempts = ?, must_upsert = ?,
                next_attempt_at = ?, received_at = ?, delivered_at = ?, planhat_id = ?, reason = ?, version = ?,
                closed_at = ?, remote = ?, remote_from = ?, person = ?, held_until = ?, delivery = ?, superseded = ?,
                suspect = ?,
                payload = CASE WHEN ? THEN COALESCE(?, payload) END,
                content_digest = CASE WHEN ? THEN NULL ELSE COALESCE(?, content_digest) END
            WHERE sequence = ?
            """,
            [
                lifecycle.state.rawValue, lifecycle.digest, lifecycle.revision, lifecycle.attempts,
                lifecycle.mustUpsert,
                lifecycle.nextAttemptAt, lifecycle.receivedAt, lifecycle.deliveredAt, lifecycle.planhatID,
                lifecycle.reason, lifecycle.version, lifecycle.closedAt, lifecycle.remote?.name, lifecycle.remote?.date,
                response.person, lifecycle.heldUntil, lifecycle.delivery,
                lifecycle.superseded.isEmpty ? nil : lifecycle.superseded.joined(separator: " "),
                lifecycle.botFlag.rawValue, lifecycle.keepsContent, content?.payload,
                lifecycle.state == .erased || (content != nil && content?.contentDigest == nil),
                content?.contentDigest, response.sequence,
            ]
        )
        state.books.move(from: old, to: lifecycle.state)
        if lifecycle.state == .sending {
            state.claimed.insert(response.sequence)
        } else {
            state.claimed.remove(response.sequence)
        }
        if content != nil || !lifecycle.keepsContent { leavesDeletedContent = true }
    }

    func record(_ attempt: Attempt, of sequence: Int64) throws {
        try execute(
            """
            INSERT INTO attempts (response, number, at, outcome, reason)
            SELECT ?1, COALESCE(MAX(number), 0) + 1, ?2, ?3, ?4 FROM attempts WHERE response = ?1
            """,
            [sequence, Milliseconds(attempt.at), attempt.outcome.rawValue, attempt.reason]
        )
        try execute(
            """
            DELETE FROM attempts WHERE response = ?1
                AND number <= (SELECT MAX(number) FROM attempts WHERE response = ?1) - ?2
            """,
            [sequence, Self.historyLength]
        )
    }
}
