import Foundation
import NPSQueue

/// Which alerts hold, who was told, and what is still to be sent. What to do next follows from findings and time alone.
struct AlertBook: Sendable, Hashable {
    /// How many messages wait at most while the receiver is away; then the oldest are given up.
    static let mostMessages = 200

    /// What an alert's state needs beside what is kept of it.
    private struct Course: Hashable {
        /// For how long it holds that hasn't begun, or is over that hasn't ended; nil when that isn't so.
        var lasting: Duration?
        /// Since somebody was told.
        var sinceTold: Duration = .zero
    }

    /// How often an alert may begin within an hour until it has to be over for longer: otherwise what comes and goes would be
    /// told without end.
    private static let mostBeginnings = 3
    private static let hour: Duration = .seconds(3_600)
    private static let longEnd: Duration = .seconds(1_800)

    private(set) var alerts: [AlertKey: KeptAlert] = [:]
    /// In the order in which they are sent.
    private(set) var messages: [KeptMessage] = []
    private var courses: [AlertKey: Course] = [:]
    /// How long ago each began, of those within the last hour.
    private var beginnings: [AlertKey: [Duration]] = [:]
    private var lastPlace: Int64 = 0
    /// How many messages were given up since the start.
    private(set) var givenUp = 0

    init() {}

    /// Goes on with what was kept.
    ///
    /// - Parameters:
    ///   - now: the clock, which only says how long ago somebody was told. Where it was set back, that was just now.
    ///   - isFirst: whether nothing of the book was written yet.
    mutating func take(_ kept: KeptAlerts, at now: Date, isFirst: Bool = true) {
        // What began here while that couldn't be read had begun before.
        let begun = Set(kept.alerts.map(\.key))
        let own = messages.filter { !begun.contains($0.key) || $0.event != AlertEvent.began.rawValue }
        for alert in kept.alerts {
            alerts[alert.key] = alert
            let sinceTold = alert.toldAt.map { Duration.seconds(min(max(0, now.timeIntervalSince($0)), 2 * 86_400)) }
            courses[alert.key] = Course(sinceTold: sinceTold ?? .zero)
        }
        lastPlace = max(lastPlace, kept.messages.map(\.place).max() ?? 0)
        let known = Set(own.map(\.id))
        messages = (kept.messages.filter { !known.contains($0.id) } + (isFirst ? own.map { placedLast($0) } : own))
            .sorted { ($0.place, $0.id) < ($1.place, $1.id) }
    }

    private mutating func placedLast(_ message: KeptMessage) -> KeptMessage {
        lastPlace += 1
        return message.moved(to: lastPlace, under: message.key)
    }

    /// Forgets what another collector looks after from now on.
    mutating func forget(where isForgotten: (AlertKey) -> Bool) {
        alerts = alerts.filter { !isForgotten($0.key) }
        courses = courses.filter { !isForgotten($0.key) }
        beginnings = beginnings.filter { !isForgotten($0.key) }
        messages.removeAll { isForgotten($0.key) }
    }

    /// Nobody is told, so that no message is of any use.
    mutating func forgetMessages() { messages = [] }

    /// - Parameter id: of a message that needn't be sent any more.
    mutating func settle(_ id: String) {
        messages.removeAll { $0.id == id }
    }

    /// A message has arrived. The next time that somebody is told of what holds is counted from now.
    ///
    /// - Parameter now: the clock.
    mutating func deliver(_ message: KeptMessage, at now: Date) {
        settle(message.id)
        guard alerts[message.key]?.toldAt != nil, message.event != AlertEvent.ended.rawValue else { return }
        alerts[message.key]?.toldAt = now
        courses[message.key, default: Course()].sinceTold = .zero
    }

    /// - Parameter id: of a message that is about to be sent.
    mutating func countAttempt(_ id: String) {
        guard let index = messages.firstIndex(where: { $0.id == id }) else { return }
        messages[index] = messages[index].claimed(messages[index].attempts + 1, until: nil)
    }

    /// A message is kept otherwise than was thought.
    mutating func correct(_ kept: KeptMessage) {
        guard let index = messages.firstIndex(where: { $0.id == kept.id }) else { return }
        messages[index] = kept
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
        beginnings = beginnings.mapValues { ages in ages.map { $0 + elapsed }.filter { $0 < Self.hour } }
        let keys = Set(findings.findings.keys).union(alerts.keys).sorted()
        for key in keys {
            courses[key]?.sinceTold += elapsed
            switch findings.findings[key] ?? .undecided {
            case .undecided: break
            case .holds(let detail): hold(key, detail, after: elapsed, terms)
            case .over: end(key, after: elapsed, terms)
            }
        }
        while messages.count > Self.mostMessages { giveUp() }
    }

    /// Gives up what is least missed: an alert that was over before anybody could be told of it, a warning before a critical
    /// one; and if there is none, the oldest.
    private mutating func giveUp() {
        func severity(_ message: KeptMessage) -> AlertTerms.Severity? {
            AlertKind(rawValue: message.key.alert)?.terms.severity
        }
        let pairs = messages.indices.compactMap { first -> (first: Int, last: Int)? in
            let message = messages[first]
            guard message.event == AlertEvent.began.rawValue else { return nil }
            let next = messages[(first + 1)...].firstIndex { $0.key == message.key }
            return next.flatMap { messages[$0].event == AlertEvent.ended.rawValue ? (first, $0) : nil }
        }
        if let pair = pairs.first(where: { severity(messages[$0.first]) != .critical }) ?? pairs.first {
            messages.remove(at: pair.last)
            messages.remove(at: pair.first)
            givenUp += 2
        } else {
            messages.removeFirst()
            givenUp += 1
        }
    }

    private mutating func hold(_ key: AlertKey, _ detail: AlertDetail, after elapsed: Duration, _ terms: Terms) {
        guard let kind = AlertKind(rawValue: key.alert) else { return }
        guard let alert = alerts[key] else {
            var course = courses[key] ?? Course()
            // It has held since it was found for the first time.
            let lasting = course.lasting.map { $0 + elapsed } ?? .zero
            course.lasting = lasting
            courses[key] = course
            guard lasting >= kind.terms.begins else { return }
            let since = terms.now.addingTimeInterval(-(lasting / .seconds(1)))
            alerts[key] = KeptAlert(key: key, incident: terms.id(), since: since, toldAt: nil)
            noteBeginning(of: key)
            courses[key] = Course()
            tell(.began, key, kind, detail, terms)
            return
        }
        // It seemed to be over, and has come back.
        if courses[key]?.lasting != nil { noteBeginning(of: key) }
        courses[key, default: Course()].lasting = nil
        if alert.toldAt == nil {
            tell(.began, key, kind, detail, terms)
        } else if courses[key, default: Course()].sinceTold >= AlertKind.repetition,
            !messages.contains(where: { $0.key == key }),
            kind.lastRepetition.map({ terms.now.timeIntervalSince(alert.since) < $0 }) ?? true
        {
            tell(.repeated, key, kind, detail, terms)
        }
    }

    private mutating func noteBeginning(of key: AlertKey) {
        beginnings[key] = (beginnings[key] ?? []).suffix(Self.mostBeginnings - 1) + [.zero]
    }

    private mutating func end(_ key: AlertKey, after elapsed: Duration, _ terms: Terms) {
        guard let alert = alerts[key] else {
            courses[key] = nil
            return
        }
        var course = courses[key] ?? Course()
        let lasting = course.lasting.map { $0 + elapsed } ?? .zero
        course.lasting = lasting
        courses[key] = course
        let comesAndGoes = (beginnings[key]?.count ?? 0) >= Self.mostBeginnings
        guard
            let kind = AlertKind(rawValue: key.alert),
            lasting >= (comesAndGoes ? max(kind.terms.ends, Self.longEnd) : kind.terms.ends)
        else { return }
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
