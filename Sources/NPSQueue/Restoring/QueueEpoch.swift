/// Which state of a queue a database file has, so that an earlier one is recognised that was put back.
///
/// The number grows with each opening and with each claim: in the database in the claim's own transaction, and then in
/// the ``EpochFile`` beside it, before anything of that claim is sent. So a database whose number isn't lower than the
/// file's knows of all that was ever sent from it, whatever crash came in between. One with a lower number, or of another
/// lineage, may lack some: Planhat may have what it takes for unsent, and even what it has never heard of. What it sends
/// from then on are upserts.
struct QueueEpoch: Sendable, Hashable {
    /// Random. Made with the database, and anew when that turned out not to be the one that was left.
    var lineage: String
    var number: Int64
    /// The sequence number up to which Planhat may have responses without a trace of it here: `max` for all that there
    /// will ever be, 0 for none.
    var upsertsThrough: Int64 = 0
    /// When it was found out; nil for never.
    var restoredAt: Milliseconds?
    /// Until then nothing is sent, because a request from before may still be at work.
    var sendsFrom: Milliseconds?

    /// A new one, which nothing was sent under.
    init(lineage: String = Self.randomLineage(), number: Int64 = 0) {
        self.lineage = lineage
        // Never so many that one more couldn't be counted, whatever a damaged file says.
        self.number = min(max(number, 0), 1 << 62)
    }

    private static func randomLineage() -> String {
        KeyedDigest(rawValue: UInt128.random(in: 0 ... .max)).hexadecimal
    }
}

/// What the ``EpochFile`` says.
struct EpochRecord: Sendable, Hashable {
    var lineage: String
    var number: Int64
    /// Whether it says so of itself, and not as a copy of another file, or of an earlier state of it.
    var isOriginal = true
    /// Whether anything was ever claimed, or erased, under it.
    var hasEffects = true
    /// Whether the machine has been started since it was written.
    var isOfFormerBoot = false
}

/// What a database and the file beside it say together when they are opened.
enum EpochComparison: Sendable, Hashable {
    /// Both begin: the database is new, or an earlier version wrote it last.
    case first
    /// The database is the one that was left.
    case same
    case restored(Difference)

    /// Why the database isn't the one that was left, or nobody can tell.
    enum Difference: Sendable, Hashable {
        /// An earlier state of it.
        case earlier
        /// Another one than the file is about.
        case foreign
        /// The file is missing, or can't be read.
        case missingFile
        /// The file is a copy, so the database is one, too.
        case copiedFile
    }

    /// - Parameters:
    ///   - inside: what the database has; nil for none.
    ///   - outside: what the file says; nil for nothing.
    init(_ inside: QueueEpoch?, _ outside: EpochRecord?) {
        guard let inside else {
            // Without effects it is about a database that is gone and has sent nothing, or a stop has interrupted the
            // beginning.
            self = outside?.hasEffects == true ? .restored(.foreign) : .first
            return
        }
        guard let outside else {
            self = .restored(.missingFile)
            return
        }
        if inside.lineage != outside.lineage {
            self = .restored(.foreign)
        } else if inside.number < outside.number {
            self = .restored(.earlier)
        } else {
            self = outside.isOriginal ? .same : .restored(.copiedFile)
        }
    }
}

extension QueueEpoch {
    /// What a database takes over from another one, of which it gets all that it has.
    mutating func take(_ other: QueueEpoch) {
        upsertsThrough = max(upsertsThrough, other.upsertsThrough)
        restoredAt = other.restoredAt ?? restoredAt
        sendsFrom = other.sendsFrom ?? sendsFrom
    }

    /// For how long a queue may be closed, on a machine that stays on, until it counts as one that may have been put back with
    /// the file beside it: longer than a restart or an upgrade takes.
    static let longestStop: Duration = .seconds(300)

    /// What it becomes when it is opened.
    ///
    /// - Parameters:
    ///   - comparison: with what is beside it.
    ///   - outside: what is there; nil for nothing.
    ///   - state: the rest of the database.
    ///   - grace: seconds for which nothing is sent from one that was put back.
    static func opening(
        _ inside: QueueEpoch?,
        _ comparison: EpochComparison,
        outside: EpochRecord?,
        _ state: CommittedState,
        at now: Milliseconds,
        grace: Duration
    ) -> QueueEpoch {
        guard case .same = comparison, var epoch = inside else {
            var epoch = QueueEpoch(number: max(inside?.number ?? 0, outside?.number ?? 0) + 1)
            guard case .restored = comparison else {
                // An earlier version wrote it last. Where that is long ago, it may be a copy that is put back.
                if isLongStop(state, at: now) { epoch.upsertsThrough = state.books.lastSequence }
                return epoch
            }
            epoch.upsertsThrough = .max
            epoch.restoredAt = now
            epoch.sendsFrom = now + grace
            return epoch
        }
        epoch.number += 1
        if Doubt(outside, state, at: now) != nil {
            epoch.upsertsThrough = max(epoch.upsertsThrough, state.books.lastSequence)
        }
        return epoch
    }

    /// Why a database may be an earlier state that was put back together with the file beside it, so that nothing tells.
    enum Doubt: Sendable, Hashable {
        /// The machine has been started since, as it is after a snapshot of its disk was put back.
        case newBoot
        case longStop

        /// Nil for none, and where nothing waits.
        init?(_ record: EpochRecord?, _ state: CommittedState, at now: Milliseconds) {
            if QueueEpoch.isLongStop(state, at: now) {
                self = .longStop
            } else if record?.isOfFormerBoot == true, state.books.undelivered > 0 {
                self = .newBoot
            } else {
                return nil
            }
        }
    }

    /// Whether more time has passed since the database was in use than a stop should take, and something waits in it.
    static func isLongStop(_ state: CommittedState, at now: Milliseconds) -> Bool {
        guard let seen = [state.time.confirmed, state.time.claimed].compactMap(\.self).max() else { return false }
        return now - seen > longestStop && state.books.undelivered > 0
    }
}
