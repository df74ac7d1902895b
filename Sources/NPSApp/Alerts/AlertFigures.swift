import Foundation

/// What the alerts are decided by, as it was read at one time. What couldn't be read is nil, and then nothing follows.
struct AlertFigures: Sendable, Hashable {
    /// Why nothing is accepted, in a word.
    enum AcceptanceProblem: String, Sendable, Hashable {
        case diskFull
        case database
        case storage
    }

    struct Disk: Sendable, Hashable {
        let free: Int64
        /// Below this nothing is accepted.
        let reserve: Int64
    }

    enum Acceptance: Sendable, Hashable {
        case works
        case fails(AcceptanceProblem)
    }

    var acceptance: Acceptance?
    var disk: Disk?
    /// When the first of the certificates that are due for renewal ends; nil for none, and without TLS.
    var certificateEnd: Date?
    /// Since the last reading.
    var droppedLogLines = 0
    /// Since the last reading.
    var unreplicatedPromotions = 0
    var isClockBelieved: Bool?
    /// How long ago all that was old was last removed, or the collector started.
    var sinceSweep: Duration?
    /// False where the queue isn't shared; nil when nobody knows, and for all but one of those that share it.
    var isForwardedByNobody: Bool?
    /// What is true of the whole queue; nil where another collector forwards, which looks after it.
    var queue: Queue?

    struct Queue: Sendable, Hashable {
        enum Delivery: Sendable, Hashable {
            case paused(reason: String)
            /// It has delivered something lately, or there is nothing to deliver.
            case works
            /// It waits, or begins.
            case undecided
        }

        var delivery = Delivery.undecided
        /// Nil when the database doesn't say.
        var books: Books?
        /// What is known of each source.
        var sources: [Source] = []
    }

    struct Books: Sendable, Hashable {
        var oldestPendingSeconds = 0
        var undelivered = 0
        var parked = 0
        var parkedExpiring = 0
        /// When it was found that the file was put back; nil when it wasn't.
        var restoredAt: Date?
    }

    struct Source: Sendable, Hashable {
        let label: String
        /// False for one that isn't in the settings any more.
        var isConfigured = true
        var history: SourceHistory
        /// Payloads in quarantine.
        var quarantined = 0
        /// Deliveries that found no room there since the last reading.
        var withoutRoom = 0
        var refusals = RefusalWindow()
    }
}
