import Foundation
import NPSQueue

/// Which alerts hold, who was told, and what is still to be sent. What to do next follows from findings and time alone.
struct AlertBook: Sendable, Hashable {
    /// How many messages wait at most while the receiver is away; then the oldest are given up.
    static let mostMessages = 200

    /// What an alert's state needs beside what is kept of it.
    private struct Course: Hashable {
        /// For how long it holds that hasn't begun, or is over that hasn't ended.
        var lasting: Duration = .zero
        /// Since somebody was told.
        var sinceTold: Duration = .zero
    }

    private(set) var alerts: [AlertKey: KeptAlert] = [:]
    /// In the order in which they are sent.
    private(set) var messages: [KeptMessage] = []
    private var courses: [AlertKey: Course] = [:]
    private var lastPlace: Int64 = 0
    /// How many messages were given up since the start.
    private(set) var givenUp = 0

    init() {}

    /// Goes on with what was kept.
    ///
    /// - Parameter now: the clock, which only says how long ago somebody was told. Where it was set back, that was just now.
    mutating func take(_ kept: KeptAlerts, at now: Date) {
        // What began here while that couldn't be read had begun before.
        let begun = Set(kept.alerts.map(\.key))
        messages.removeAll { begun.contains($0.key) && $0.event == AlertEvent.began.rawValue }
        for alert in kept.alerts {
            alerts[alert.key] = alert
            let sinceTold = alert.toldAt.map { Duration.seconds(min(max(0, now.timeIntervalSince($0)), 2 * 86_400)) }
            courses[alert.key] = Course(sinceTold: sinceTold ?? .zero)
        }
        messages = (messages + kept.messages).sorted { ($0.place, $0.id) < ($1.place, $1.id) }
        lastPlace = max(lastPlace, messages.last?.place ?? 0)
    }

    /// Forgets what another collector looks after from now on.
    mutating func forget(where isForgotten: (AlertKey) -> Bool) {
        alerts = alerts.filter { !isForgotten($0.key) }
        courses = courses.filter { !isForgotten($0.key) }
        messages.removeAll { isForgotten($0.key) }
    }

    /// - Parameter id: of a message that needn't be sent any more.
    mutating func settle(_ id: String) {
        messages.removeAll { $0.id == id }
    }

    /// - Parameter id: of a message that is about to be sent.
    mutating func countAttempt(_ id: String) {
        guard let index = messages.firstIndex(where: { $0.id == id }) else { return }
        messages[index].attempts += 1
        messages[index].claimedUntil = nil
    }

    /// What to send next: the one that was tried least, and of each alert the first. Nil when nothing is to be sent.
    ///
    /// - Parameter passed: the ids of those that can't be sent now.
    func next(at now: Date, passing passed: Set<String> = []) -> KeptMessage? {
        var seen: Set<AlertKey> = []
        let first = messages.filter { message in
            seen.insert(message.key).inserted && !message.isClaimed(at: now) && !passed.contains(message.id)
        }
        return first.min { ($0.attempts, $0.place) < ($1.attempts, $1.place) }
    }
}

extension AlertBook {
    /// What the messages need that isn't in the findings.
    struct Terms: Sendable {
        /// The name of the collector, as people know it.
        let collector: String
        /// Whether anybody is told at all.
        let isTelling: Bool
        let now: Date
        /// Makes a random id.
        let id: @Sendable () -> String
    }

    /// - Parameter elapsed: since the last call, measured monotonically.
    mutating func follow(_ findings: AlertFindings, after elapsed: Duration, _ terms: Terms) {
        let keys = Set(findings.findings.keys).union(alerts.keys).sorted()
        for key in keys {
            courses[key]?.sinceTold += elapsed
            switch findings.findings[key] ?? .undecided {
            case .undecided: break
            case .holds(let detail): hold(key, detail, after: elapsed, terms)
            case .over: end(key, after: elapsed, terms)
            }
        }
        if !terms.isTelling { messages = [] }
        let excess = messages.count - Self.mostMessages
        if excess > 0 {
            messages.removeFirst(excess)
            givenUp += excess
        }
    }

    private mutating func hold(_ key: AlertKey, _ detail: AlertDetail, after elapsed: Duration, _ terms: Terms) {
        guard let kind = AlertKind(rawValue: key.alert) else { return }
        guard let alert = alerts[key] else {
            // It has held since it was found for the first time.
            var course = courses[key] ?? Course(lasting: .zero - elapsed)
            course.lasting += elapsed
            courses[key] = course
            guard course.lasting >= kind.terms.begins else { return }
            let since = terms.now.addingTimeInterval(-(course.lasting / .seconds(1)))
            alerts[key] = KeptAlert(key: key, incident: terms.id(), since: since, toldAt: nil)
            courses[key] = Course()
            tell(.began, key, kind, detail, terms)
            return
        }
        courses[key, default: Course()].lasting = .zero
        if alert.toldAt == nil {
            tell(.began, key, kind, detail, terms)
        } else if courses[key, default: Course()].sinceTold >= AlertKind.repetition,
            !messages.contains(where: { $0.key == key })
        {
            tell(.repeated, key, kind, detail, terms)
        }
    }

    private mutating func end(_ key: AlertKey, after elapsed: Duration, _ terms: Terms) {
        guard let alert = alerts[key] else {
            courses[key] = nil
            return
        }
        var course = courses[key] ?? Course()
        course.lasting += elapsed
        courses[key] = course
        guard let kind = AlertKind(rawValue: key.alert), course.lasting >= kind.terms.ends else { return }
        if alert.toldAt != nil { tell(.ended, key, kind, AlertDetail(), terms) }
        alerts[key] = nil
        courses[key] = nil
    }

    private mutating func tell(
        _ event: AlertEvent,
        _ key: AlertKey,
        _ kind: AlertKind,
        _ detail: AlertDetail,
        _ terms: Terms
    ) {
        guard terms.isTelling, let alert = alerts[key] else { return }
        let content = AlertContent(
            kind,
            event,
            since: alert.since,
            collector: terms.collector,
            source: key.source,
            incident: alert.incident,
            detail: detail
        )
        lastPlace += 1
        let message = KeptMessage(
            id: terms.id(),
            key: key,
            place: lastPlace,
            event: event.rawValue,
            data: content.kept,
            createdAt: terms.now
        )
        messages.append(message)
        alerts[key]?.toldAt = terms.now
        courses[key, default: Course()].sinceTold = .zero
    }
}

extension KeptMessage {
    /// Longer than anybody sends: a later date was written by a clock that was wrong.
    private static let longestClaim = 60.0

    /// Whether somebody may be sending it.
    fileprivate func isClaimed(at now: Date) -> Bool {
        guard let wait = claimedUntil?.timeIntervalSince(now) else { return false }
        return wait > 0 && wait <= Self.longestClaim
    }
}
