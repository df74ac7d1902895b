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
        let part = Self.part(request)
        let use = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
            try await queue.quarantineUse()
        }
        var (found, last, isComplete): ([QuarantineEntry], QuarantineID?, Bool) = ([], nil, true)
        if let choice = part.choice {
            let after = request.field("after").flatMap(Int64.init)
            // Those of one source may be few among many.
            let limit = choice == .all ? QuarantineBoard.length + 1 : QueueFilter.maximum
            isComplete = try await entries(after: after, limit: limit, since: .now) { entries in
                let rest = QuarantineBoard.length - found.count
                let meant = entries.filter(choice.includes)
                found += meant.prefix(rest)
                last = meant.count > rest ? found.last?.id : entries.last?.id
                return meant.count <= rest
            }
        }
        let board = QuarantineBoard(part, entries: found, use: use, next: isComplete ? nil : last, at: shared.now())
        let page = shared.pages.quarantine(
            board,
            did: shared.deed(request, [.replayed, .discarded]),
            in: shared.pages.visit(request)
        )
        return HTTPAnswer(page, .ok)
    }

    private static func part(_ request: Request) -> QuarantineBoard.Part {
        if let from = request.field("sources").flatMap(Int.init) { return .sources(from: min(max(0, from), 1_000_000)) }
        return request.field("source").map { .source($0) } ?? .entries
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
        guard let choice = QuarantineChoice(request.field) else {
            return .toArea(.quarantine, shared.pages.visit(request))
        }
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
        let last = try Self.last(fields)
        let deed = try await Deed(.replayed) { deed in
            var isFirst = true
            return try await each(choice, through: last, since: begin) { ids in
                var rest = ids[...]
                while !rest.isEmpty, shared.hasTime(since: begin) {
                    let wanted = ReplayRequest(ids: Array(rest), dryRun: false, reload: isFirst)
                    let outcomes = try await shared.actions.replay(wanted, by: .page)
                    isFirst = false
                    deed.count += outcomes.count(where: \.isResolved)
                    deed.left += outcomes.count { !$0.isResolved && !$0.isGone }
                    rest = rest.dropFirst(max(1, outcomes.count))
                }
                return rest.isEmpty
            }
        }
        return shared.seeOther(deed, .quarantine, request)
    }

    private func question(_ request: Request) async throws -> HTTPAnswer {
        guard let wanted = QuarantineChoice(request.field) else {
            return .toArea(.quarantine, shared.pages.visit(request))
        }
        let choice = try Self.discardable(wanted)
        let ids = try await stillThere(choice)
        let (now, visit) = (shared.now(), shared.pages.visit(request))
        let page = shared.pages.discard(choice, count: ids.count, through: ids.last, at: now, in: visit)
        return HTTPAnswer(page, .ok)
    }

    /// The payloads that are meant and haven't gone.
    private func stillThere(_ choice: QuarantineChoice) async throws -> [QuarantineID] {
        guard case .one(let id) = choice else { return try await meant(choice).ids }
        let entry = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
            try await queue.quarantineEntry(id)
        }
        return entry == nil ? [] : [id]
    }

    private func discard(_ request: Request) async throws -> HTTPAnswer {
        let begin = ContinuousClock.now
        let fields = try await OperatorPages.form(request, QuarantineChoice.fields)
        let choice = try Self.discardable(Self.choice { fields[$0] })
        let last = try Self.last(fields)
        let deed = try await Deed(.discarded) { deed in
            try await each(choice, through: last, since: begin) { ids in
                _ = try await shared.actions.discard(ids, by: .page) { deed.count += $0 }
                return true
            }
        }
        return shared.seeOther(deed, .quarantine, request)
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
        var isPast = false
        let isAll = try await entries(after: nil, limit: QueueFilter.maximum, since: begin) { entries in
            let meant = entries.filter { choice.includes($0) && $0.id.rawValue <= last }.map(\.id)
            if !meant.isEmpty, try await !work(meant) { return false }
            isPast = entries.contains { $0.id.rawValue >= last }
            return !isPast
        }
        return isPast || isAll
    }

    /// Reads what is in quarantine, a part after the other, for as long as there is time.
    ///
    /// - Parameters:
    ///   - after: the last of the page before; nil to begin.
    ///   - limit: how many a part has at most.
    ///   - take: is given each part, and returns whether to go on.
    /// - Returns: whether it came to the end.
    private func entries(
        after: Int64?,
        limit: Int,
        since begin: ContinuousClock.Instant,
        _ take: ([QuarantineEntry]) async throws -> Bool
    ) async throws -> Bool {
        var place = after
        repeat {
            let after = place
            let entries = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
                try await queue.quarantine(limit: limit, after: after)
            }
            guard let end = entries.last else { return true }
            guard try await take(entries) else { return false }
            place = end.id.rawValue
        } while shared.hasTime(since: begin)
        return false
    }
}

extension QuarantineBoard.Part {
    /// Which entries the page lists; nil for none.
    fileprivate var choice: QuarantineChoice? {
        switch self {
        case .entries: .all
        case .source(let label): .source(label)
        case .sources: nil
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
