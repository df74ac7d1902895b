import Foundation
import NPSModel

/// The rows of a queue within one transaction: what a database has to offer so that the rules above it (in
/// `QueueTransaction` and ``ResponseLifecycle``) can be written once.
///
/// All operations take and return sets, so that a database across a network can answer each in one round trip. Nothing
/// here decides anything: what a response becomes, and what the books say, is decided above.
///
/// What is open (pending, sending or parked) is kept apart from receipts and tombstones, which live for a year: an
/// accepted response writes to the small part only. No caller sees the difference.
protocol RowStore: MovableRows, AlertRows, StatisticsRows, AuditRows {
    /// The same rows, with what is sealed by a key that this collector lacks as it is stored. Without this, loading that
    /// fails; it is for whoever can do without, or has to go on with the others. Written again, it stays as it is stored.
    var leavingUnopened: any RowStore { get }

    /// Adds new responses, and leaves those alone whose id is known. Their ids differ from each other.
    ///
    /// - Parameter last: the sequence number of the response that was accepted last; counted on.
    /// - Returns: in their order, what is stored under the id; nil for those that were new.
    func insert(_ responses: [NewResponse], after last: inout Int64) throws -> [StoredResponse?]
    /// Which of the ids are known.
    func known(_ ids: [ResponseID]) throws -> Set<ResponseID>
    /// - Parameter byteLimit: no more once they have so much together (``StoredResponse/size``).
    func load(_ selection: ResponseSelection, byteLimit: Int) throws -> [StoredResponse]
    /// Writes what has changed. Each response is in there once.
    func save(_ changes: [ResponseChange]) throws
    /// Removes receipts and tombstones.
    func remove(_ responses: [StoredResponse]) throws
    /// Turns pending responses into `sending`, no longer held.
    func markSending(_ responses: [StoredResponse]) throws

    /// Brings the next rows that an earlier version wrote into the form of this one, passing over what can't be read. Nil
    /// when there are none left; then this is the last that its transaction does.
    func upgrade(after sequence: Int64, limit: Int) throws -> QueueUpgrade?

    /// When the first and the last of the pending responses are due; nil when none is pending.
    func due() throws -> ClosedRange<Milliseconds>?
    /// Makes due at `now` what is pending and not held, and would be due after that, by `former` at the latest.
    ///
    /// - Parameter sparesAmbiguous: leaves out what has to be sent by upsert.
    /// - Returns: how many there were, and whether these were all; a later transaction does the rest.
    func advanceDue(
        to now: Milliseconds,
        from former: Milliseconds,
        sparesAmbiguous: Bool
    ) throws -> (count: Int, isComplete: Bool)
    /// Since when the pending response has waited that has done so longest, and how many are still held.
    func waiting(at now: Milliseconds) throws -> (since: Milliseconds?, held: Int)
    /// The next parked responses, in the order of acceptance.
    func parked(after sequence: Int64, limit: Int) throws -> [ParkedResponse]
    /// When those were parked that were parked before `date`, the first of them first.
    func parkedDates(before date: Milliseconds, limit: Int) throws -> [Milliseconds]
    /// Ages that began before `start` begin at `date`; not those of responses, nor of anything else, that a version
    /// without a `ConfirmedTime` wrote.
    func raiseAges(before start: Milliseconds, to date: Milliseconds) throws

    func write(_ books: Books) throws
    func write(_ time: ConfirmedTime) throws
    func write(_ retention: ParkedRetention) throws
    func parkedRetention() throws -> ParkedRetention
    /// Writes something harmless, to find out whether writes become durable.
    ///
    /// - Parameter needsRoom: whether it is to fail, too, where the disk has no room for another acceptance.
    func probe(at now: Milliseconds, needsRoom: Bool) throws

    /// Whether a payload with this key, or this tombstone, was erased.
    func isErased(_ payload: IncomingQuarantine) throws -> Bool
    /// Counts a repetition of a payload that is in quarantine; nil when it is none.
    func countRepetition(of payload: IncomingQuarantine, at date: Milliseconds) throws -> QuarantineID?
    func insert(_ payload: IncomingQuarantine, at date: Milliseconds) throws -> QuarantineID
    /// Those of the entries that are there.
    func measure(_ ids: [QuarantineID]) throws -> [MeasuredEntry]
    /// The oldest of the entries that were received before `date`; no more once they have `byteLimit` together.
    func measure(before date: Milliseconds, limit: Int, byteLimit: Int) throws -> [MeasuredEntry]
    func remove(_ entries: [MeasuredEntry]) throws
    /// Keeps repetitions of an entry's payload out from now on.
    func bury(_ id: QuarantineID, at date: Milliseconds, tombstone: (_ key: String) -> String) throws
    /// Forgets such tombstones.
    func forgetBuried(before date: Milliseconds) throws
    /// Entries with their bodies, oldest first; no more once those have `byteLimit` together.
    func bodies(after id: Int64, limit: Int, byteLimit: Int) throws -> [QuarantinedBody]
    /// Entries without their bodies, oldest first; no more once their problems have `byteLimit` together.
    func quarantine(after id: Int64, limit: Int, byteLimit: Int) throws -> [StoredEntry]
    /// An entry with its body; nil for an unknown id.
    func quarantineEntry(_ id: QuarantineID) throws -> (row: StoredEntry, body: Data?)?

    /// How much room the tables take, in bytes, with their indexes; nil where a file's size tells.
    func storedBytes() throws -> Int64?

    /// Who forwards; nil where nobody else has the rows.
    func leadership() throws -> Leadership?

    /// Whether ``noteLabel(_:)`` was called with this label.
    func isNoted(_ label: String) throws -> Bool
    func noteLabel(_ label: String) throws
    /// Relabels among the next responses after `sequence`. Returns the last of them; nil when there are none.
    func relabelResponses(_ name: String, _ label: String, after sequence: Int64, limit: Int) throws -> Int64?
    /// Relabels among the next entries after `id`, except those that are there under the label already.
    ///
    /// - Returns: the last that was looked at, nil when there are none, and what was relabelled.
    func relabelQuarantine(
        _ name: String,
        _ label: String,
        after id: Int64,
        limit: Int
    ) throws -> (last: Int64?, moved: QuarantineShares.Holding)
    /// Counts what is left under the name as repetitions of what is there under the label, relabels tombstones, and
    /// returns those that are left.
    func mergeQuarantine(_ name: String, into label: String) throws -> [QuarantineID]
}

/// Which responses are meant.
enum ResponseSelection: Sendable, Hashable {
    /// In the order of acceptance, as is everything here unless it says otherwise.
    case all(after: Int64, limit: Int)
    /// Each once, in the order of the ids.
    case ids([ResponseID])
    /// Like `ids`, without what another collector is sending: its outcome isn't known here.
    case claims([ResponseID])
    case person(KeyedDigest, after: Int64, limit: Int)
    /// A person's, the last accepted first.
    case lastOfPerson(KeyedDigest, before: Int64, limit: Int)
    /// - `through`: the last sequence number that is wanted.
    case state(ResponseState, after: Int64, through: Int64, limit: Int)
    /// Receipts, the last accepted first.
    case delivered(before: Int64, limit: Int)
    /// Due by this time, the longest due first.
    case due(by: Milliseconds, limit: Int)
    /// Pending and due after this time.
    case dueAfter(Milliseconds, limit: Int)
    /// Due by this time and never tried, the newest first; among the `among` newest that are open.
    case untried(by: Milliseconds, among: Int, limit: Int)
    /// In a state other than pending and sending since before this time, longest first; without tombstones of what
    /// Planhat may still have.
    case closed(ResponseState, before: Milliseconds, limit: Int)
    /// Tombstones of what Planhat may still have.
    ///
    /// - `isWanted`: only those that somebody asked to have deleted there.
    case unconfirmed(isWanted: Bool, after: Int64, limit: Int)
    /// What is being sent.
    case sending(by: Claimant, after: Int64, limit: Int)
    /// Tombstones of what was being sent when it was erased, and whose verdict is still to come.
    case erasedWhileSending(by: Claimant)

    /// Where one process at a time has the rows, only that can have claimed them since it began, and both mean the same.
    /// Where several share them, nothing is found by one that may not claim any more.
    enum Claimant: Sendable, Hashable {
        /// This process, under its present right to claim.
        case this
        /// Any that had the right before.
        case former
    }
}

extension RowStore {
    var leavingUnopened: any RowStore { self }

    func load(_ selection: ResponseSelection) throws -> [StoredResponse] {
        try load(selection, byteLimit: .max)
    }

    func load(_ id: ResponseID) throws -> StoredResponse? {
        try load(.ids([id])).first
    }
}
