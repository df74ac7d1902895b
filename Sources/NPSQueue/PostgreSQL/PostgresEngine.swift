import Dispatch
import Foundation
import Logging
import Synchronization

/// Runs batches of jobs in PostgreSQL. What comes in has lanes of its own, so that it waits neither for delivery nor for
/// operators.
///
/// Nothing is remembered from one transaction to the next that another collector may change: what the rules need is read
/// in each.
final class PostgresEngine: QueueEngine {
    /// Twice as fast as one; more are of little use.
    private static let intakeLanes = 2
    /// What a statement does well within its time, and what may be in memory several times over.
    private static let batchLimit = GroupCommit.BatchLimit(weight: 1_024, bytes: 8 << 20)
    /// What one request to Planhat carries at most.
    private static let largestRequest = 5_000

    let personKey: PersonKey
    /// What another collector sent may arrive after this one has taken over.
    let createsAreSafe = false
    let lanes: QueueLanes
    private let all: [PostgresLane]
    private let workLane: PostgresLane
    private let arrivalPause: TimeInterval
    private let onDue: @Sendable () -> Void
    private let isClosed = Atomic(false)
    let lease: LeaseKeeper?

    /// Connects, makes the tables that are missing, and takes over the forwarding if that is to be done at once.
    ///
    /// - Parameter onDue: called after a commit that left something to claim, and every now and then, because others
    ///   commit, too.
    init(
        _ address: PostgresAddress,
        configuration: ResponseQueue.Configuration,
        now: @escaping @Sendable () -> Date,
        logger: Logger,
        onDue: @escaping @Sendable () -> Void
    ) throws(QueueError) {
        let key = try Self.prepare(address, configuration, logger)
        personKey = key
        var address = address
        address.payloadKeys = address.payloadKeys.bound(to: key)
        let latestBooks = LatestBooks()
        let trouble = LatestTrouble()
        let patience = Duration.seconds(configuration.patience)
        let lease = LeaseKeeper(
            LeaseKeeper.Terms(
                address: address,
                version: configuration.version,
                isMoving: configuration.isMoving,
                grace: configuration.ambiguousGrace(Self.largestRequest),
                logger: logger
            )
        )
        self.lease = lease
        func lane(_ name: String) -> PostgresLane {
            PostgresLane(
                name,
                PostgresLane.Terms(
                    address: address,
                    personKey: key,
                    patience: patience,
                    grace: configuration.ambiguousGrace,
                    isMoving: configuration.isMoving,
                    latestBooks: latestBooks,
                    trouble: trouble,
                    now: now,
                    logger: logger,
                    onDue: onDue,
                    lease: lease
                )
            )
        }
        let intake = (1...Self.intakeLanes).map { lane("intake-\($0)") }
        let work = lane("work")
        let all = intake + [work]
        self.all = all
        workLane = work
        lanes = QueueLanes(
            intake: intake.map(\.dispatch),
            work: work.dispatch,
            batchLimit: Self.batchLimit,
            patience: GroupCommit.Patience(duration: patience) { trouble.refusal(after: patience) }
        )
        arrivalPause = configuration.arrivalPause
        self.onDue = onDue
        do {
            for lane in all { try lane.open() }
            // Last, because whoever forwards until now can't any more: this collector must not fail after that for what
            // could be known before.
            switch configuration.forwarding {
            case .atOnce: try takeOver(lease)
            case .inTurn: try openLease(lease)
            case .never: break
            }
        } catch {
            lease.close()
            for lane in all { lane.close() }
            throw error
        }
        logger.info("The queue is open", metadata: ["database": "\(address)"])
    }

    /// Others commit, too, and nobody tells this collector.
    private func lookLater() {
        lanes.work.asyncAfter(deadline: .now() + arrivalPause) { [weak self] in
            guard let self, !isClosed.load(ordering: .relaxed) else { return }
            onDue()
            lookLater()
        }
    }

    private static let key = Query("SELECT key FROM person_key")

    /// Makes what is missing, and returns the key.
    private static func prepare(
        _ address: PostgresAddress,
        _ configuration: ResponseQueue.Configuration,
        _ logger: Logger
    ) throws(QueueError) -> PersonKey {
        do {
            let connection = try PostgresConnection(address.parameters(lane: "start"))
            defer { connection.close() }
            try connection.assertSuitable()
            try connection.assertCommitsEnd()
            if configuration.forwarding == .inTurn { try connection.reportNamesakes(of: address, logger) }
            try PostgresSchema.prepare(connection, for: address, isMoving: configuration.isMoving)
            let key: Data? = try connection.execute(key).first?.value(0)
            guard let key else { throw QueueError.damaged("its key is missing") }
            if !address.payloadKeys.isEmpty { reportPlain(on: connection, logger) }
            return PersonKey(key)
        } catch {
            throw QueueError(postgres: error)
        }
    }

    /// No reason not to start, whatever happens. The connection isn't used any more after this.
    private static func reportPlain(on connection: PostgresConnection, _ logger: Logger) {
        let plain: (responses: Int, payloads: Int)
        do {
            try connection.run("SET statement_timeout = '2s'")
            plain = try PayloadKeyRegister(reading: connection).countPlain()
        } catch {
            logger.info(
                "What was stored without the payload key was not counted; the next start does it",
                metadata: ["reason": "\(QueueError(postgres: error))"]
            )
            return
        }
        guard plain.responses + plain.payloads > 0 else { return }
        logger.notice(
            "Some of what waits was stored without the payload key, and stays readable in the database until it is gone",
            metadata: [
                "responses": "\(plain.responses)", "quarantined": "\(plain.payloads)",
                "among": "the oldest \(PayloadKeyRegister.sample) of each kind",
            ]
        )
    }

    private func openLease(_ lease: LeaseKeeper) throws(QueueError) {
        do { try lease.open() } catch { throw QueueError(postgres: error) }
    }

    /// Takes the lease whoever has it.
    private func takeOver(_ lease: LeaseKeeper) throws(QueueError) {
        do {
            let term = try lease.takeAtOnce()
            try workLane.lead(term)
            lease.recovered(term)
        } catch {
            throw QueueError(postgres: error)
        }
        begin(lease, standing: false)
    }

    func stand() {
        guard let lease else { return }
        begin(lease, standing: true)
    }

    private func begin(_ lease: LeaseKeeper, standing: Bool) {
        // The lane knows the lease.
        lease.begin(standing: standing) { [weak workLane, onDue] term, done in
            guard let workLane else { return done(false) }
            workLane.dispatch.async {
                let isDone = (try? workLane.lead(term)) != nil
                done(isDone)
                if isDone, term != nil { onDue() }
            }
        }
        lookLater()
    }

    func commit(_ jobs: [Job], on lane: Int) {
        if lane < lanes.workIndex { all[lane].accept(jobs) } else { all[lane].commit(jobs) }
    }

    /// PostgreSQL overwrites what was deleted when it needs the room; see the page ThreatModel.
    func truncateLog() throws(QueueError) {
        workLane.vacuumDeleted()
    }

    func close() {
        isClosed.store(true, ordering: .relaxed)
        lease?.close()
        for lane in all { lane.close() }
    }
}
