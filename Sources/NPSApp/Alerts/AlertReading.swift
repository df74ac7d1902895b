import Foundation
import NPSQueue
import NPSServer

/// What the program says of itself at one time, as the metrics have it, from which the alerts' figures follow.
struct AlertReading: Sendable {
    var acceptance: AlertFigures.Acceptance?
    var disk: AlertFigures.Disk?
    var certificateEnd: Date?
    /// Since the start.
    var droppedLogLines = 0
    /// Since the start.
    var unreplicatedPromotions = 0
    var sinceSweep: Duration?
    /// Nil when the database doesn't say.
    var status: QueueStatus?
    var delivery = AlertFigures.Queue.Delivery.undecided
    /// Whether others may have the queue, too.
    var isShared = false
    /// Whether this collector looks after what is true of the whole queue.
    var isForwarding = true
    /// The labels of the sources in force.
    var configured: Set<String> = []
    /// What came from each since the start.
    var local: [SourceRecord] = []

    /// Payloads in quarantine by source; nil when nobody knows.
    var quarantined: [String: Int]? {
        status?.quarantine.map { use in
            Dictionary(use.sources.map { ($0.source, $0.entries) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// - Parameters:
    ///   - former: the reading before; nil for the first.
    ///   - collector: whose reading it is.
    func figures(after former: AlertReading?, of collector: String, _ sources: SourceWatch) -> AlertFigures {
        var figures = AlertFigures()
        figures.acceptance = acceptance
        figures.disk = disk
        figures.certificateEnd = certificateEnd
        figures.droppedLogLines = max(0, droppedLogLines - (former?.droppedLogLines ?? 0))
        figures.unreplicatedPromotions = max(0, unreplicatedPromotions - (former?.unreplicatedPromotions ?? 0))
        figures.sinceSweep = sinceSweep
        figures.isClockBelieved = status.map { $0.clockProblem == nil }
        figures.isForwardedByNobody =
            isShared ? status?.leadership.flatMap { $0.isWithoutLeader(for: collector) } : false
        guard isForwarding else { return figures }
        var queue = AlertFigures.Queue(delivery: delivery, sources: sources.figures(configured: configured))
        queue.books = status.map { status in
            AlertFigures.Books(
                oldestPendingSeconds: status.oldestPendingSeconds,
                undelivered: status.pending + status.sending + status.parked,
                parked: status.parked,
                parkedExpiring: status.parkedExpiry?.count ?? 0,
                restoredAt: status.restoration?.foundAt
            )
        }
        figures.queue = queue
        return figures
    }
}

extension Leadership {
    /// In seconds; a collector says every five that it is there.
    private static let patience = 30.0

    /// Whether nobody forwards, if this collector is to tell it; nil if another one is.
    fileprivate func isWithoutLeader(for collector: String) -> Bool? {
        if name != nil { return false }
        return speaker == collector ? true : nil
    }

    /// Who tells of it when nobody forwards: of the collectors that are there the first by name.
    private var speaker: String? {
        guard let last = collectors.map(\.seenAt).max() else { return nil }
        return collectors.filter { last.timeIntervalSince($0.seenAt) < Self.patience }.map(\.name).min()
    }
}

extension AlertFigures.Queue.Delivery {
    init(_ report: DeliveryReport) {
        if let reason = report.pauseReason {
            self = .paused(reason: reason)
        } else if report.state == "idle" || !report.isHeldUp && report.deliveredLastMinute > 0 {
            self = .works
        } else {
            self = .undecided
        }
    }
}

extension AlertFigures.AcceptanceProblem {
    /// In a word, and without a path or what a server said.
    init(_ error: QueueError?, isBelowReserve: Bool) {
        switch error {
        case _ where isBelowReserve: self = .diskFull
        case .diskFull?: self = .diskFull
        case .storage?, .damaged?: self = .storage
        default: self = .database
        }
    }
}
