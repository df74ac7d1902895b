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
        let page = shared.pages.quarantine(board, did: Deed(request.query), in: shared.pages.visit(request))
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

    /// Says what a replay would do, and does nothing.
    private func trial(_ request: Request) async throws -> HTTPAnswer {
        let begin = ContinuousClock.now
        let choice = try Self.choice(request.query)
        var outcomes: [ReplayTrial.Outcome] = []
        _ = try await each(choice, in: ReplayTrial.limit) { ids in
            let wanted = ReplayRequest(ids: ids, dryRun: true, reload: false)
            outcomes += try await shared.actions.replay(wanted, by: .page).map(ReplayTrial.Outcome.init)
            return outcomes.count < ReplayTrial.limit && shared.hasTime(since: begin)
        }
        let untried = max(0, try await count(choice) - outcomes.count)
        let trial = ReplayTrial(choice, outcomes: outcomes, untried: untried, at: shared.now())
        return HTTPAnswer(shared.pages.replay(trial, in: shared.pages.visit(request)), .ok)
    }

    private func replay(_ request: Request) async throws -> HTTPAnswer {
        let begin = ContinuousClock.now
        let fields = try await OperatorPages.form(request, QuarantineChoice.fields)
        let choice = try Self.choice { fields[$0] }
        var outcomes: [ReplayOutcome] = []
        let isComplete = try await each(choice) { ids in
            var rest = ids[...]
            while !rest.isEmpty, shared.hasTime(since: begin) {
                let wanted = ReplayRequest(ids: Array(rest), dryRun: false, reload: outcomes.isEmpty)
                let done = try await shared.actions.replay(wanted, by: .page)
                outcomes += done
                rest = rest.dropFirst(max(1, done.count))
            }
            return rest.isEmpty && shared.hasTime(since: begin)
        }
        let left = outcomes.count { !$0.isResolved }
        let deed = Deed(.replayed, count: outcomes.count - left, left: left, isCut: !isComplete)
        return shared.seeOther(deed, .quarantine, request)
    }

    private func question(_ request: Request) async throws -> HTTPAnswer {
        let choice = try Self.choice(request.query)
        let count = try await count(choice)
        let page = shared.pages.discard(choice, count: count, at: shared.now(), in: shared.pages.visit(request))
        return HTTPAnswer(page, .ok)
    }

    private func discard(_ request: Request) async throws -> HTTPAnswer {
        let begin = ContinuousClock.now
        let fields = try await OperatorPages.form(request, QuarantineChoice.fields)
        var count = 0
        let isComplete = try await each(try Self.choice { fields[$0] }) { ids in
            count += try await shared.actions.discard(ids, by: .page)
            return shared.hasTime(since: begin)
        }
        return shared.seeOther(Deed(.discarded, count: count, isCut: !isComplete), .quarantine, request)
    }

    private static func choice(_ value: (String) -> String?) throws -> QuarantineChoice {
        guard let choice = QuarantineChoice(value) else { throw Problem.badRequest("It isn't said which payloads.") }
        return choice
    }

    /// How many payloads are meant. One that is gone by now counts if it was named.
    private func count(_ choice: QuarantineChoice) async throws -> Int {
        let use = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
            try await queue.quarantineUse()
        }
        return switch choice {
        case .one: 1
        case .source(let label): use.sources.first { $0.source == label }?.entries ?? 0
        case .all: use.sources.reduce(0) { $0 + $1.entries }
        }
    }

    /// Does something with the payloads that are meant, some after the other.
    ///
    /// - Parameters:
    ///   - most: how many are read at a time.
    ///   - work: returns whether to go on.
    /// - Returns: whether it came to the end.
    private func each(
        _ choice: QuarantineChoice,
        in most: Int = QueueFilter.maximum,
        _ work: ([QuarantineID]) async throws -> Bool
    ) async throws -> Bool {
        if case .one(let id) = choice { return try await work([id]) }
        var last: Int64?
        while true {
            let after = last
            let entries = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
                try await queue.quarantine(limit: most, after: after)
            }
            guard let end = entries.last else { return true }
            let meant = entries.filter { choice.includes($0) }.map(\.id)
            if !meant.isEmpty, try await !work(meant) { return false }
            last = end.id.rawValue
        }
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
