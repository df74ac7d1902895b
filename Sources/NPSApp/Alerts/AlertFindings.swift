import Foundation
import NPSQueue

/// Whether something holds that an alert is about.
enum AlertFinding: Sendable, Hashable {
    case holds(AlertDetail = AlertDetail())
    case over
    /// Nobody knows, or it is neither: what is so stays so.
    case undecided
}

/// What a message says beside its alert's name. Never an address, a word of anybody's, or what the API answered.
struct AlertDetail: Sendable, Hashable {
    var count: Int?
    /// Of a few that the program has.
    var reason: String?
    /// In seconds.
    var duration: Double?
    /// Another duration to compare it with.
    var usual: Double?
}

/// What follows from figures, for each alert that they say something about.
struct AlertFindings: Sendable, Hashable {
    /// As in `deploy/prometheus-alerts.yml`, where a certificate's lifetime isn't known.
    private enum Threshold {
        static let backlogSeconds = 3_600
        static let reserves: Int64 = 4
        /// From where on the disk isn't low any more.
        static let reservesAgain: Int64 = 5
        static let certificateExpiring = 14 * 86_400.0
        static let certificateEnds = 2 * 86_400.0
        static let sweep: Duration = .seconds(3 * 3_600)
        static let restored = 86_400.0
    }

    private(set) var findings: [AlertKey: AlertFinding] = [:]
    private let collector: String

    /// - Parameter collector: the name of the one whose figures these are.
    init(_ figures: AlertFigures, of collector: String, at now: Date) {
        self.collector = collector
        findMachine(figures, at: now)
        guard let queue = figures.queue else { return }
        find(.deliveryPaused, delivery(queue.delivery))
        if let books = queue.books {
            find(books)
            if figures.isClockBelieved != false { findAges(books, at: now) }
        }
        for source in queue.sources { find(source) }
    }

    private mutating func find(_ kind: AlertKind, source: String = "", _ finding: AlertFinding) {
        let collector = kind.terms.isOfCollector ? collector : ""
        findings[AlertKey(kind.rawValue, collector: collector, source: source)] = finding
    }

    private func when(_ holds: Bool?, _ detail: AlertDetail = AlertDetail()) -> AlertFinding {
        holds.map { $0 ? .holds(detail) : .over } ?? .undecided
    }

    private func delivery(_ delivery: AlertFigures.Queue.Delivery) -> AlertFinding {
        switch delivery {
        case .paused(let reason): .holds(AlertDetail(reason: reason))
        case .works: .over
        case .undecided: .undecided
        }
    }
}

extension AlertFindings {
    private mutating func findMachine(_ figures: AlertFigures, at now: Date) {
        switch figures.acceptance {
        case .works: find(.notAccepting, .over)
        case .fails(let problem): find(.notAccepting, .holds(AlertDetail(reason: problem.rawValue)))
        case nil: find(.notAccepting, .undecided)
        }
        if let disk = figures.disk { find(.diskLow, finding(disk)) }
        // By a clock that isn't believed nothing has ended, and nothing is old.
        if figures.isClockBelieved != false { find(certificate: figures.certificateEnd?.timeIntervalSince(now)) }
        let (lines, promotions) = (figures.droppedLogLines, figures.unreplicatedPromotions)
        find(.logLinesDropped, when(lines > 0, AlertDetail(count: lines)))
        find(.unreplicatedPromotion, when(promotions > 0))
        find(.clockNotBelieved, when(figures.isClockBelieved.map { !$0 }))
        find(.nobodyForwards, when(figures.isForwardedByNobody))
        find(.retentionStuck, when(figures.sinceSweep.map { $0 > Threshold.sweep }))
    }

    private func finding(_ disk: AlertFigures.Disk) -> AlertFinding {
        guard disk.reserve > 0 else { return .over }
        if disk.free / Threshold.reserves < disk.reserve { return .holds() }
        return disk.free / Threshold.reservesAgain >= disk.reserve ? .over : .undecided
    }

    /// - Parameter seconds: until it ends; nil without one.
    private mutating func find(certificate seconds: TimeInterval?) {
        guard let seconds else {
            find(.certificateExpiring, .over)
            find(.certificateEnds, .over)
            return
        }
        let detail = AlertDetail(duration: max(0, seconds))
        let ends = seconds < Threshold.certificateEnds
        find(.certificateEnds, when(ends, detail))
        // Whoever is told that it ends needn't be told that it expires.
        find(.certificateExpiring, ends ? .undecided : when(seconds < Threshold.certificateExpiring, detail))
    }

    private mutating func find(_ books: AlertFigures.Books) {
        find(.responsesParked, when(books.parked > 0, AlertDetail(count: books.parked)))
    }

    private mutating func findAges(_ books: AlertFigures.Books, at now: Date) {
        let waited = AlertDetail(count: books.undelivered, duration: Double(books.oldestPendingSeconds))
        find(.backlogOld, when(books.oldestPendingSeconds > Threshold.backlogSeconds, waited))
        find(.parkedExpiring, when(books.parkedExpiring > 0, AlertDetail(count: books.parkedExpiring)))
        let sinceRestored = books.restoredAt.map { abs(now.timeIntervalSince($0)) }
        find(.queueRestored, when(sinceRestored.map { $0 < Threshold.restored } ?? false))
    }

    private mutating func find(_ source: AlertFigures.Source) {
        let (label, history) = (source.label, source.history)
        let entries = AlertDetail(count: source.quarantined)
        find(.quarantineGrowing, source: label, when(history.isQuarantineGrowing, entries))
        find(.quarantineFull, source: label, when(source.withoutRoom > 0, entries))
        guard source.isConfigured else {
            for kind in [AlertKind.sourceSilent, .sourceOnlyIgnored, .sourceRefused] {
                find(kind, source: label, .over)
            }
            return
        }
        let longest = history.longestGaps.max()
        let quiet = AlertDetail(duration: history.quiet, usual: longest)
        find(.sourceSilent, source: label, when(history.isSilent, quiet))
        let ignored = AlertDetail(count: history.ignored, duration: history.ignoredFor)
        find(.sourceOnlyIgnored, source: label, when(history.isOnlyIgnored, ignored))
        let refused = AlertDetail(count: source.refusals.refused)
        find(.sourceRefused, source: label, when(source.refusals.isMostRefused, refused))
    }
}
