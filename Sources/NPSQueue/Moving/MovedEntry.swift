import Foundation

/// An entry of the quarantine on its way from one database to another.
struct MovedEntry: Sendable {
    let stored: StoredEntry
    let payload: IncomingQuarantine

    init(_ stored: StoredEntry, body: Data, _ identity: EntryIdentity, _ personKey: PersonKey) {
        self.stored = stored
        payload = IncomingQuarantine(stored, body: body, identity, personKey)
    }
}

/// What a row of the quarantine has beside what is shown of it.
struct EntryIdentity: Sendable, Hashable {
    /// By what repetitions of the payload are recognised: its key, or the tombstone of that.
    let key: String
    /// As the books count it. A body that can't be opened any more has another size than it came in with.
    let size: Int
}

extension IncomingQuarantine {
    /// The entry's payload as it came in.
    fileprivate init(_ stored: StoredEntry, body: Data, _ identity: EntryIdentity, _ personKey: PersonKey) {
        draft = QuarantineDraft(
            source: stored.source,
            deliveryID: stored.deliveryID,
            contentType: stored.contentType,
            body: Array(body),
            problems: []
        )
        problems = stored.problems
        size = identity.size
        let known = identity.key
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
