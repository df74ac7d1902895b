import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NPSModel
import NPSQueue
import NPSWebhooks

/// What operators can have done to what is stored, by a page or by a verb.
struct OperatorActions {
    let queue: ResponseQueue
    let sources: ReloadableSources
    /// How long a request that can't do everything at once works before it is answered with where to go on.
    let timeLimit: Duration
    let logger: Logger
    /// Told of every erasure, since what was counted has changed.
    var forgetStatistics: @Sendable () -> Void = {}

    /// What doesn't fit into the time limit is left to the next call.
    ///
    /// - Parameter onPart: gets how many are to be sent again, as soon as that is durable. So the caller knows of them also
    ///   when this throws in the end; it is so for all that follows.
    func retry(
        _ wanted: RetryRequest,
        by actor: AuditEntry.Actor,
        onPart: (Int) -> Void = { _ in }
    ) async throws -> RetryProgress {
        guard wanted.ids == nil || wanted.reason == nil, wanted.reason?.isEmpty != true else {
            throw Problem.badRequest(
                "Give ids, or a reason that isn't empty, or neither for everything that is parked."
            )
        }
        var (ids, count) = ([ResponseID](), 0)
        let progress: RetryProgress
        do throws(QueueError) {
            progress = try await retry(wanted) { part, named in
                count += part
                ids += named
                onPart(part)
            }
        } catch {
            let subject = Self.subject(of: wanted, done: ids)
            await note(.retry, by: actor, subject: subject, outcome: Self.unfinished(count, Self.retried))
            throw Problem.failing(error)
        }
        if count > 0 {
            await note(.retry, by: actor, subject: Self.subject(of: wanted, done: ids), outcome: Self.retried(count))
        }
        return progress
    }

    private func retry(
        _ wanted: RetryRequest,
        _ onPart: (Int, [ResponseID]) -> Void
    ) async throws(QueueError) -> RetryProgress {
        guard let ids = wanted.ids else {
            return try await queue.retryParked(
                reasonContaining: wanted.reason,
                after: wanted.after,
                within: timeLimit
            ) { onPart($0, []) }
        }
        let count = try await queue.retry(ids) { onPart($0.count, $0) }
        return RetryProgress(count: count, examined: ids.count)
    }

    /// Safe to repeat. A large quarantine takes several calls, so that each is answered in time.
    func erase(
        _ wanted: ErasureRequest,
        by actor: AuditEntry.Actor,
        onPart: (ErasurePart) -> Void = { _ in }
    ) async throws -> ErasureResponse {
        defer { forgetStatistics() }
        guard let address = try? EmailAddress(wanted.email) else { throw Problem.wrongAddress }
        let remotely = wanted.remote ?? false
        var sum = ErasureSum()
        do throws(QueueError) {
            // The quarantine first: what a replay moves into the queue meanwhile is then found there.
            let after = wanted.after.map(QuarantineID.init(rawValue:))
            let (count, next) = try await queue.eraseQuarantined(address, after: after, within: timeLimit) { part in
                sum.add(.payloads(part))
                onPart(.payloads(part))
            }
            let erasure = try await queue.erase(address, remotely: remotely) { part in
                sum.add(.responses(part))
                onPart(.responses(part))
            }
            if sum.changedSomething {
                await note(.erase, by: actor, subject: Self.person, outcome: sum.outcome)
            }
            return ErasureResponse(erasure: erasure, quarantined: count, next: next?.rawValue)
        } catch {
            // What was to be erased may be gone all the same, as when only the log of the file can't be emptied.
            await note(.erase, by: actor, subject: Self.person, outcome: sum.unfinishedOutcome)
            throw Problem.failing(error)
        }
    }

    /// How many there were.
    func discard(
        _ ids: [QuarantineID],
        by actor: AuditEntry.Actor,
        onPart: (Int) -> Void = { _ in }
    ) async throws -> Int {
        var done: [QuarantineID] = []
        do throws(QueueError) {
            _ = try await queue.discard(ids) { part in
                done += part
                onPart(part.count)
            }
        } catch {
            if !ids.isEmpty {
                let subject = Self.subject(of: done.isEmpty ? ids : done)
                let outcome = Self.unfinished(done.count, Self.discarded)
                await note(.discard, by: actor, subject: subject, outcome: outcome)
            }
            throw Problem.failing(error)
        }
        if !done.isEmpty {
            await note(.discard, by: actor, subject: Self.subject(of: done), outcome: Self.discarded(done.count))
        }
        return done.count
    }

    /// Stops when its time is over; the outcomes are those of the first of the ids.
    func replay(_ wanted: ReplayRequest, by actor: AuditEntry.Actor) async throws -> [ReplayOutcome] {
        let isDry = wanted.dryRun ?? false
        let replay = Replay(queue: queue, catalogue: try await catalogue(for: wanted), isDry: isDry)
        let outcomes = await replay.outcomes(of: wanted.ids, within: .seconds(10))
        if !isDry, let outcome = Self.outcome(of: outcomes) {
            let subject = Self.subject(of: outcomes.filter(\.isResolved).map(\.id))
            await note(.replay, by: actor, subject: subject, outcome: outcome)
        }
        return outcomes
    }

    private func catalogue(for wanted: ReplayRequest) async throws -> SourceCatalogue {
        do throws(WebhookError) {
            if wanted.dryRun ?? false { return try await sources.read() }
            return wanted.reload ?? true ? try await sources.reload() : sources.current
        } catch {
            throw Problem.unusableSources(error)
        }
    }
}

extension AuditEntry.Actor {
    /// Who sends the request: the verbs say so.
    init(_ request: Request) {
        self = request.headers[.userAgent]?.hasPrefix("nps-collector/") == true ? .verb : .token
    }
}
