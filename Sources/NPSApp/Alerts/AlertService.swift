import Foundation
import Logging
import NPSQueue
import NPSServer
import ServiceLifecycle

/// Tells a person what they must hear: reads how things are every ten seconds, keeps what follows in the queue's database
/// and posts it to the receiver, until that has it.
///
/// A message is written down before it is sent and removed after it was taken, so that neither a restart nor a change of the
/// collector that forwards forgets or repeats one; after a kill in between it comes once more under the same id. Where the
/// database can't be written, as on a full disk, this collector's own alerts are sent all the same.
struct AlertService: Service {
    static let pause: Duration = .seconds(10)
    /// How often what came from sources is written.
    static let recordPause: Duration = .seconds(30)
    /// How long a message is this process's that is being sent.
    static let claim: TimeInterval = 20
    /// For how long the database is waited for.
    private static let patience: Duration = .seconds(5)
    /// For how long a reading is waited for, which has limits of its own.
    private static let readingLimit: Duration = .seconds(15)
    /// For all that is still to be written at a stop, for which others wait.
    private static let lastPatience: Duration = .seconds(2)
    /// How long one that failed is left alone.
    private static let troublePause: Duration = .seconds(60)

    let queue: ResponseQueue
    /// Nil when nobody is told: then what holds is only shown.
    let receiver: AlertReceiver?
    let collector: String
    let read: @Sendable () async -> AlertReading
    /// What came from each source since the start.
    let activity: @Sendable () -> [SourceRecord]
    let post: @Sendable (AlertRequest, _ url: String) async -> AlertOutcome
    let active: ActiveAlerts
    let logger: Logger
    var metrics = AlertMetrics()
    var now: @Sendable () -> Date = { Date() }
    var uptime: @Sendable () -> ContinuousClock.Instant = { .now }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    var fraction: @Sendable () -> Double = { Double.random(in: 0..<1) }
    var newID: @Sendable () -> String = { "alert-" + UUID().uuidString.lowercased() }
    /// Called at the end.
    var close: @Sendable () async -> Void = {}

    func run() async throws {
        metrics.begin()
        let course = await cancelWhenGracefulShutdown {
            var course = AlertCourse(collector: collector, isShared: queue.isShared)
            while !Task.isCancelled {
                await round(&course)
                do { try await sleep(Self.pause) } catch { break }
            }
            return course
        }
        await finish(course)
        await close()
    }

    func round(_ course: inout AlertCourse) async {
        // Not when it is stopped meanwhile.
        guard let reading = await answer(within: Self.readingLimit, read) else { return }
        await load(&course, for: reading)
        let givenUp = course.book.givenUp
        let former = Set(course.book.alerts.keys)
        let terms = AlertBook.Terms(collector: collector, isTelling: receiver != nil, now: now(), id: newID)
        course.follow(reading, at: uptime(), terms)
        // What another collector wrote is for others that have a receiver.
        if receiver == nil, !course.isShared { course.book.forgetMessages() }
        log(course.book, after: former)
        metrics.countGivenUp(course.book.givenUp - givenUp)
        await keep(&course)
        await record(&course)
        await send(&course)
        active.replace(by: Array(course.book.alerts.keys))
        metrics.show(
            Array(course.book.alerts.keys),
            undelivered: receiver == nil ? [] : course.book.messages,
            at: now()
        )
    }

    private func log(_ book: AlertBook, after former: Set<AlertKey>) {
        let present = Set(book.alerts.keys)
        for key in present.subtracting(former).sorted() {
            logger.notice("an alert holds", metadata: Self.metadata(key))
        }
        for key in former.subtracting(present).sorted() {
            logger.notice("an alert holds no more", metadata: Self.metadata(key))
        }
    }

    private static func metadata(_ key: AlertKey) -> Logger.Metadata {
        key.source.isEmpty ? ["alert": "\(key.alert)"] : ["alert": "\(key.alert)", "source": "\(key.source)"]
    }
}

/// What is written down.
extension AlertService {
    private func load(_ course: inout AlertCourse, for reading: AlertReading) async {
        while let missing = course.missing(for: reading) {
            guard let (kept, sources) = await found(missing) else { return }
            course.take(kept, sources, for: reading, at: now())
        }
    }

    private func found(_ missing: AlertCourse.Missing) async -> (KeptAlerts, [SourceRecord]?)? {
        let (queue, collector) = (queue, collector)
        return await inTime { () throws(QueueError) in
            switch missing {
            case .own: return (try await queue.keptAlerts(of: queue.isShared ? [collector] : nil), nil)
            case .lead where queue.isShared:
                try await queue.removeAlertsOfGoneCollectors()
                return (try await queue.keptAlerts(of: [""]), try await queue.sourceRecords())
            case .lead: return (KeptAlerts(), try await queue.sourceRecords())
            }
        }
    }

    private func inTime<Value: Sendable>(
        _ body: @escaping @Sendable () async throws(QueueError) -> Value
    ) async -> Value? {
        let result: Result<Value, QueueError>? = await answer(within: Self.patience) {
            do throws(QueueError) { return .success(try await body()) } catch { return .failure(error) }
        }
        return try? result?.get()
    }

    private func isTroubled(_ course: AlertCourse) -> Bool {
        course.lastTrouble.map { uptime() - $0 < Self.troublePause } ?? false
    }

    private func keep(_ course: inout AlertCourse) async {
        // Nothing is written over what couldn't be read yet.
        guard course.hasOwn, !isTroubled(course) else { return }
        guard course.isShared else {
            await keep(&course, isForAll: false) { _ in true }
            return
        }
        await keep(&course, isForAll: false) { !$0.collector.isEmpty }
        if course.isLeading { await keep(&course, isForAll: true, where: \.collector.isEmpty) }
    }

    private func keep(
        _ course: inout AlertCourse,
        isForAll: Bool,
        where isMeant: (AlertKey) -> Bool
    ) async {
        let changes = course.ledger.changes(to: course.book, where: isMeant)
        guard !changes.isEmpty else { return }
        let queue = queue
        switch await inTime({ () throws(QueueError) in try await queue.save(changes, isForAll: isForAll) }) {
        case true?:
            course.ledger.note(changes)
            course.lastTrouble = nil
        case false?: course.endLead()
        case nil:
            course.ledger.doubt(changes)
            course.lastTrouble = uptime()
        }
    }

    private func record(_ course: inout AlertCourse, isLast: Bool = false) async {
        let instant = uptime()
        let isDue = course.lastRecord.map { instant - $0 >= Self.recordPause } ?? true
        guard let local = course.reading?.local, isDue || isLast, isLast || !isTroubled(course) else { return }
        let unwritten = course.sources.unwritten(local, isLast: isLast)
        guard !unwritten.isEmpty || course.isShared && course.isLeading && !isLast else { return }
        let queue = queue
        course.lastRecord = instant
        let known = await inTime { () throws(QueueError) in try await queue.record(unwritten) }
        guard let known else {
            course.lastTrouble = uptime()
            return
        }
        course.sources.note(known, written: local)
    }

    /// What the stop interrupted isn't a failure of the database.
    private func finish(_ former: AlertCourse) async {
        _ = await answer(within: Self.lastPatience) {
            var course = former
            course.lastTrouble = nil
            await keep(&course)
            course.noteLast(activity())
            await record(&course, isLast: true)
        }
    }
}

/// What is sent.
extension AlertService {
    private func send(_ course: inout AlertCourse) async {
        guard let receiver else { return }
        let end = uptime() + Self.pause
        var passed: Set<String> = []
        while course.courier.isReady(at: uptime()), uptime() < end, !Task.isCancelled,
            let message = course.book.next(at: now(), passing: passed)
        {
            switch await claim(message, course) {
            case .ours: break
            case .known(let kept):
                course.book.correct(kept)
                continue
            case .gone:
                course.book.settle(message.id)
                course.ledger.forget(message.id)
                continue
            case .withoutLead:
                course.endLead()
                continue
            case nil:
                passed.insert(message.id)
                continue
            }
            course.book.countAttempt(message.id)
            guard let content = AlertContent(kept: message.data), let event = AlertEvent(rawValue: message.event) else {
                course.book.settle(message.id)
                continue
            }
            let request = receiver.request(content, event, id: message.id, decidedAt: message.createdAt, at: now())
            let outcome = await post(request, receiver.url)
            // Nobody knows whether it has arrived; it stays as it is.
            if Task.isCancelled, outcome != .delivered { return }
            note(outcome, of: message, &course)
            if outcome == .delivered { await settle(message, &course) }
        }
    }

    /// Removes what was delivered, whoever forwards by now: nobody is to send it again.
    private func settle(_ message: KeptMessage, _ course: inout AlertCourse) async {
        guard course.ledger.has(message.id), !isTroubled(course) else { return }
        let (queue, changes) = (queue, AlertChanges(settled: [message.id]))
        // What fails is done with the next changes.
        let isDone = await inTime { () throws(QueueError) in try await queue.save(changes, isForAll: false) }
        if isDone == true { course.ledger.note(changes) }
    }

    /// Nil when it can't be had, and isn't to be sent without.
    private func claim(_ message: KeptMessage, _ course: AlertCourse) async -> MessageClaim? {
        let isForAll = course.isShared && message.key.collector.isEmpty
        let otherwise: MessageClaim? = isForAll ? nil : .ours
        guard course.ledger.has(message.id), !isTroubled(course) else { return otherwise }
        let (queue, until) = (queue, now().addingTimeInterval(Self.claim))
        let claim = await inTime { () throws(QueueError) in
            try await queue.claim(message, until: until, isForAll: isForAll)
        }
        return claim ?? otherwise
    }

    private func note(_ outcome: AlertOutcome, of message: KeptMessage, _ course: inout AlertCourse) {
        metrics.count(outcome)
        let former = course.courier.failure
        course.courier.note(outcome, at: uptime(), fraction: fraction())
        switch outcome {
        case .delivered:
            course.book.deliver(message, at: now())
            if former != nil { logger.notice("alerts can be delivered again") }
        case .failed(let failure, _):
            if failure != former {
                logger.warning("an alert can't be delivered; it is tried again", metadata: ["reason": "\(failure)"])
            }
        }
    }
}
