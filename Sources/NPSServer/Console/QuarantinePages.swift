import Foundation
import HTTPTypes
import Hummingbird
import NPSConsole
import NPSModel
import NPSPages
import NPSQueue

/// What is in quarantine and why; how it would fare now, and then the way out: into the queue, or away for good.
struct QuarantinePages {
    let shared: OperatorPages

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("console/quarantine") { request, _ in try await list(request) }
        router.get("console/quarantine/replay") { request, _ in try await trial(request) }
        router.post("console/quarantine/replay") { request, _ in try await replay(request) }
        router.get("console/quarantine/discard") { request, _ in try await question(request) }
        router.post("console/quarantine/discard") { request, _ in try await discard(request) }
        router.get("console/quarantine/:id") { request, context in try await show(request, context) }
    }

    private func list(_ request: Request) async throws -> HTTPAnswer {
        let after = request.query("after").flatMap(Int64.init)
        let now = shared.now()
        let board = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
            let entries = try await queue.quarantine(limit: QuarantineBoard.length + 1, after: after)
            let shown = Array(entries.prefix(QuarantineBoard.length))
            let next = entries.count > shown.count ? shown.last?.id : nil
            return QuarantineBoard(entries: shown, use: try await queue.quarantineUse(), next: next, at: now)
        }
        let page = shared.pages.quarantine(
            board,
            did: shared.deed(request, [.replayed, .discarded]),
            in: shared.pages.visit(request)
        )
        return HTTPAnswer(page, .ok)
    }

    private func show(_ request: Request, _ context: CollectorContext) async throws -> HTTPAnswer {
        guard let id = context.parameters.get("id").flatMap(Int64.init) else { throw Problem.notFound }
        let entry = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
            try await queue.quarantineEntry(QuarantineID(rawValue: id))
        }
        guard let entry else { throw Problem.notFound }
        return HTTPAnswer(shared.pages.payload(entry, at: shared.now(), in: shared.pages.visit(request)), .ok)
    }

    /// Says what a replay would do, and does nothing. It runs mappings, so no other site's page may have it opened, and one is
    /// made at a time.
    private func trial(_ request: Request) async throws -> HTTPAnswer {
        guard !request.fieldLines("sec-fetch-site").contains("cross-site") else { throw Problem.foreignPage }
        let choice = try Self.choice(request.query)
        let trial = try await shared.trials.run { () async throws -> ReplayTrial in
            let meant = try await meant(choice)
            let ids = Array(meant.ids.prefix(ReplayTrial.limit))
            let wanted = ReplayRequest(ids: ids, dryRun: true, reload: false)
            let outcomes = ids.isEmpty ? [] : try await shared.actions.replay(wanted, by: .page)
            return ReplayTrial(
                choice,
                outcomes: outcomes.map(ReplayTrial.Outcome.init),
                untried: meant.ids.count - outcomes.count,
                through: meant.ids.last,
                at: shared.now()
            )
        }
        guard let trial else { throw Problem.busyTrial }
        return HTTPAnswer(shared.pages.replay(trial, in: shared.pages.visit(request)), .ok)
    }

    private func replay(_ request: Request) async throws -> HTTPAnswer {
        let begin = ContinuousClock.now
        let fields = try await OperatorPages.form(request, QuarantineChoice.fields)
        let choice = try Self.choice { fields[$0] }
        var outcomes: [ReplayOutcome] = []
        var isComplete = false
        do {
            isComplete = try await each(choice, through: try Self.last(fields), since: begin) { ids in
                var rest = ids[...]
                while !rest.isEmpty, shared.hasTime(since: begin) {
                    let wanted = ReplayRequest(ids: Array(rest), dryRun: false, reload: outcomes.isEmpty)
                    let done = try await shared.actions.replay(wanted, by: .page)
                    outcomes += done
                    rest = rest.dropFirst(max(1, done.count))
                }
                return rest.isEmpty
            }
        } catch {
            // What was done is told, and the next try tells what is wrong.
            guard outcomes.contains(where: \.isResolved) else { throw error }
        }
        let count = outcomes.count(where: \.isResolved)
        let left = outcomes.count { !$0.isResolved && !$0.isGone }
        let deed = Deed(.replayed, count: count, left: left, isCut: !isComplete)
        return shared.seeOther(deed, .quarantine, request)
    }

    private func question(_ request: Request) async throws -> HTTPAnswer {
        let choice = try Self.discardable(Self.choice(request.query))
        let ids = try await meant(choice).ids
        let (now, visit) = (shared.now(), shared.pages.visit(request))
        let page = shared.pages.discard(choice, count: ids.count, through: ids.last, at: now, in: visit)
        return HTTPAnswer(page, .ok)
    }

    private func discard(_ request: Request) async throws -> HTTPAnswer {
        let begin = ContinuousClock.now
        let fields = try await OperatorPages.form(request, QuarantineChoice.fields)
        let choice = try Self.discardable(Self.choice { fields[$0] })
        var count = 0
        var isComplete = false
        do {
            isComplete = try await each(choice, through: try Self.last(fields), since: begin) { ids in
                count += try await shared.actions.discard(ids, by: .page)
                return true
            }
        } catch {
            guard count > 0 else { throw error }
        }
        return shared.seeOther(Deed(.discarded, count: count, isCut: !isComplete), .quarantine, request)
    }

    private static func choice(_ value: (String) -> String?) throws -> QuarantineChoice {
        guard let choice = QuarantineChoice(value) else { throw Problem.badRequest("It isn't said which payloads.") }
        return choice
    }

    /// No page asks whether to discard everything; the verb does.
    private static func discardable(_ choice: QuarantineChoice) throws -> QuarantineChoice {
        guard choice != .all else { throw Problem.badRequest("Only quarantine discard --all discards everything.") }
        return choice
    }

    /// The last payload that was there when somebody was asked: what came later isn't meant.
    private static func last(_ fields: [String: String]) throws -> Int64 {
        guard let last = fields["through"].flatMap(Int64.init) else {
            throw Problem.badRequest("The form doesn't say which payload is the last that is meant.")
        }
        return last
    }

    /// The payloads that are meant, as far as there is time to read which these are. One that was named is among them, also
    /// when it is gone.
    private func meant(_ choice: QuarantineChoice) async throws -> (ids: [QuarantineID], isComplete: Bool) {
        var ids: [QuarantineID] = []
        let isComplete = try await each(choice, through: .max, since: .now) { part in
            ids += part
            return true
        }
        return (ids, isComplete)
    }

    /// Does something with the payloads that are meant, some after the other.
    ///
    /// - Parameters:
    ///   - last: the last that may be meant.
    ///   - begin: since when there is time for it.
    ///   - work: returns whether it got through.
    /// - Returns: whether it came to the end.
    private func each(
        _ choice: QuarantineChoice,
        through last: Int64,
        since begin: ContinuousClock.Instant,
        _ work: ([QuarantineID]) async throws -> Bool
    ) async throws -> Bool {
        if case .one(let id) = choice { return try await work([id]) }
        var place: Int64?
        repeat {
            let after = place
            let entries = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
                try await queue.quarantine(limit: QueueFilter.maximum, after: after)
            }
            guard let end = entries.last else { return true }
            let meant = entries.filter { choice.includes($0) && $0.id.rawValue <= last }.map(\.id)
            if !meant.isEmpty, try await !work(meant) { return false }
            if end.id.rawValue >= last { return true }
            place = end.id.rawValue
        } while shared.hasTime(since: begin)
        return false
    }
}

extension QuarantineChoice {
    fileprivate func includes(_ entry: QuarantineEntry) -> Bool {
        switch self {
        case .one(let id): entry.id == id
        case .source(let label): entry.source == label
        case .all: true
        }
    }
}

extension ReplayTrial.Outcome {
    fileprivate init(_ outcome: ReplayOutcome) {
        let result: Result =
            switch outcome.result {
            case .accepted: .accepted
            case .ignored: .ignored
            case .invalid: .invalid
            case .failed: .failed
            }
        let details = (outcome.errors ?? []).map(\.description) + [outcome.problem].compactMap(\.self)
        self.init(id: outcome.id, result: result, details: details + (outcome.responses ?? []).map(\.rawValue))
    }
}
