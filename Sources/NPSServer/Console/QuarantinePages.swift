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
        let board: QuarantineBoard
        do throws(QueueError) {
            let entries = try await shared.queue.quarantine(limit: QuarantineBoard.length + 1, after: after)
            let shown = Array(entries.prefix(QuarantineBoard.length))
            let next = entries.count > shown.count ? shown.last?.id : nil
            let use = try await shared.queue.quarantineUse()
            board = QuarantineBoard(entries: shown, use: use, next: next, at: shared.now())
        } catch {
            throw Problem.failing(error)
        }
        let page = shared.pages.quarantine(board, did: Deed(request.query), in: shared.pages.visit(request))
        return HTTPAnswer(page, .ok)
    }

    private func show(_ request: Request, _ context: CollectorContext) async throws -> HTTPAnswer {
        guard let id = context.parameters.get("id").flatMap(Int64.init) else { throw Problem.notFound }
        let entry: QuarantineEntry?
        do { entry = try await shared.queue.quarantineEntry(QuarantineID(rawValue: id)) } catch {
            throw Problem.failing(error)
        }
        guard let entry else { throw Problem.notFound }
        return HTTPAnswer(shared.pages.payload(entry, at: shared.now(), in: shared.pages.visit(request)), .ok)
    }

    /// Says what a replay would do, and does nothing.
    private func trial(_ request: Request) async throws -> HTTPAnswer {
        let (choice, ids) = try await choose(request.query)
        let tried = ids.prefix(ReplayTrial.limit)
        let wanted = ReplayRequest(ids: Array(tried), dryRun: true, reload: false)
        let outcomes = try await shared.actions.replay(wanted, by: .page).map(ReplayTrial.Outcome.init)
        let trial = ReplayTrial(choice, outcomes: outcomes, untried: ids.count - outcomes.count, at: shared.now())
        return HTTPAnswer(shared.pages.replay(trial, in: shared.pages.visit(request)), .ok)
    }

    private func replay(_ request: Request) async throws -> HTTPAnswer {
        let begin = ContinuousClock.now
        let fields = try await OperatorPages.form(request, QuarantineChoice.fields)
        var rest = try await choose { fields[$0] }.ids[...]
        var outcomes: [ReplayOutcome] = []
        while !rest.isEmpty, shared.hasTime(since: begin) {
            let part = Array(rest.prefix(QueueFilter.maximum))
            let wanted = ReplayRequest(ids: part, dryRun: false, reload: outcomes.isEmpty)
            let done = try await shared.actions.replay(wanted, by: .page)
            outcomes += done
            rest = rest.dropFirst(max(1, done.count))
        }
        let left = outcomes.count { !$0.isResolved }
        let deed = Deed(.replayed, count: outcomes.count - left, left: left, isCut: !rest.isEmpty)
        return shared.seeOther(deed, .quarantine, request)
    }

    private func question(_ request: Request) async throws -> HTTPAnswer {
        let (choice, ids) = try await choose(request.query)
        let page = shared.pages.discard(choice, count: ids.count, at: shared.now(), in: shared.pages.visit(request))
        return HTTPAnswer(page, .ok)
    }

    private func discard(_ request: Request) async throws -> HTTPAnswer {
        let begin = ContinuousClock.now
        let fields = try await OperatorPages.form(request, QuarantineChoice.fields)
        var rest = try await choose { fields[$0] }.ids[...]
        var count = 0
        while !rest.isEmpty, shared.hasTime(since: begin) {
            let part = Array(rest.prefix(QueueFilter.maximum))
            count += try await shared.actions.discard(part, by: .page)
            rest = rest.dropFirst(part.count)
        }
        return shared.seeOther(Deed(.discarded, count: count, isCut: !rest.isEmpty), .quarantine, request)
    }

    /// The payloads that are meant. One that is gone by now is among them if it was named.
    private func choose(_ value: (String) -> String?) async throws -> (choice: QuarantineChoice, ids: [QuarantineID]) {
        guard let choice = QuarantineChoice(value) else { throw Problem.badRequest("It isn't said which payloads.") }
        if case .one(let id) = choice { return (choice, [id]) }
        var ids: [QuarantineID] = []
        var last: Int64?
        do throws(QueueError) {
            while true {
                let entries = try await shared.queue.quarantine(limit: QueueFilter.maximum, after: last)
                guard let end = entries.last else { return (choice, ids) }
                ids += entries.filter { choice.includes($0) }.map(\.id)
                last = end.id.rawValue
            }
        } catch {
            throw Problem.failing(error)
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
