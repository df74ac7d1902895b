import Foundation

/// An entry of the quarantine on its way from one database to another.
struct MovedEntry: Sendable {
    let stored: StoredEntry
    let payload: IncomingQuarantine

    /// - Parameter key: as `MovableRows.quarantineKey(_:)` has it.
    init(_ stored: StoredEntry, body: Data, key: String, _ personKey: PersonKey) {
        self.stored = stored
        payload = IncomingQuarantine(stored, body: body, key: key, personKey)
    }
}

extension IncomingQuarantine {
    /// The entry's payload as it came in.
    fileprivate init(_ stored: StoredEntry, body: Data, key known: String, _ personKey: PersonKey) {
        draft = QuarantineDraft(
            source: stored.source,
            deliveryID: stored.deliveryID,
            contentType: stored.contentType,
            body: Array(body),
            problems: []
        )
        problems = stored.problems
        if personKey.isTombstone(known) {
            // An earlier version made other keys. Of one of those only the tombstone may be left.
            key = personKey.tombstone(ofPayload: draft.key) == known ? draft.key : known
            tombstone = known
        } else {
            key = known
            tombstone = personKey.tombstone(ofPayload: known)
        }
    }
}
