import NPSModel

/// An acceptance of nothing but submissions, which an engine may store together with others.
struct PlainIntake: Sendable {
    let incoming: [Incoming]
    /// How many responses may be undelivered; see `ResponseQueue.Configuration`.
    let pendingLimit: Int
    /// Called with the result when that is durable.
    let complete: @Sendable (Intake) -> Void
}

/// A batch of acceptances as one statement takes it, each id once, and what became of them.
struct PostgresIntake {
    /// Where a submission stands: the index of its job, and its place in there.
    private struct Place {
        let job: Int
        let index: Int
    }

    /// Those that go into the statement, in their order.
    private(set) var incoming: [Incoming] = []
    /// What doesn't: it needs a transaction of several statements.
    private(set) var rest: [Job] = []
    private var jobs: [(job: Job, plain: PlainIntake)] = []
    private var places: [Place] = []
    /// By job and place; nil for what the statement didn't settle.
    private var acceptances: [[Acceptance?]] = []

    /// - Parameter undelivered: how many responses there are already; what exceeds a job's limit makes it wait for a
    ///   transaction, which decides.
    init(_ batch: [Job], undelivered: Int) {
        var ids: Set<ResponseID> = []
        for job in batch {
            // Former ids are of no importance here: no row of an earlier version was ever brought into PostgreSQL.
            guard
                let plain = job.plain,
                plain.incoming.count <= plain.pendingLimit - undelivered - incoming.count,
                Set(plain.incoming.map(\.id)).count == plain.incoming.count,
                plain.incoming.allSatisfy({ !ids.contains($0.id) })
            else {
                rest.append(job)
                continue
            }
            ids.formUnion(plain.incoming.map(\.id))
            places += plain.incoming.indices.map { Place(job: jobs.count, index: $0) }
            incoming += plain.incoming
            jobs.append((job, plain))
            acceptances.append(plain.incoming.map { _ in nil })
        }
    }

    /// - Parameter index: of the submission in ``incoming``.
    mutating func settle(_ index: Int, as acceptance: Acceptance) {
        acceptances[places[index].job][places[index].index] = acceptance
    }

    /// The jobs of which everything is settled, with what became of it.
    var completions: [@Sendable () -> Void] {
        zip(jobs, acceptances).compactMap { job, acceptances in
            let settled = acceptances.compactMap(\.self)
            guard settled.count == acceptances.count else { return nil }
            return { job.plain.complete(Intake(outcomes: settled)) }
        }
    }

    /// What is left to do in a transaction: of each job that isn't settled, the submissions that aren't; and ``rest``.
    var remaining: [Job] {
        let parts = zip(jobs, acceptances).compactMap { job, acceptances -> Job? in
            let open = acceptances.indices.filter { acceptances[$0] == nil }
            return open.isEmpty ? nil : Self.remainder(of: job.job, job.plain, open, acceptances)
        }
        return parts + rest
    }

    private static func remainder(
        of job: Job,
        _ plain: PlainIntake,
        _ open: [Int],
        _ acceptances: [Acceptance?]
    ) -> Job {
        let left = open.map { plain.incoming[$0] }
        var part = Job(weight: job.weight, isRepeatable: true, run: job.run, refuse: job.refuse)
        part.submittedAt = job.submittedAt
        part.ids = left.map(\.id)
        part.run = { transaction in
            transaction.readdressed = []
            var acceptances = acceptances
            for (index, acceptance) in zip(open, try transaction.receive(left)) { acceptances[index] = acceptance }
            let intake = Intake(outcomes: acceptances.compactMap(\.self), readdressed: transaction.readdressed)
            return { plain.complete(intake) }
        }
        return part
    }
}
