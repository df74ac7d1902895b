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
    func retry(_ wanted: RetryRequest, by actor: AuditEntry.Actor) async throws -> RetryProgress {
        guard wanted.ids == nil || wanted.reason == nil, wanted.reason?.isEmpty != true else {
            throw Problem.badRequest(
                "Give ids, or a reason that isn't empty, or neither for everything that is parked."
            )
        }
        let progress: RetryProgress
        do throws(QueueError) {
            progress = try await retry(wanted)
        } catch {
            // It goes in parts, each of which is kept.
            await note(.retry, by: actor, subject: Self.subject(of: wanted), outcome: Self.unfinished)
            throw Problem.failing(error)
        }
        if progress.count > 0 {
            let outcome = Self.counted(progress.count, "response is", "responses are") + " to be sent again"
            await note(.retry, by: actor, subject: Self.subject(of: wanted), outcome: outcome)
        }
        return progress
    }

    private func retry(_ wanted: RetryRequest) async throws(QueueError) -> RetryProgress {
        if let ids = wanted.ids { return RetryProgress(count: try await queue.retry(ids), examined: ids.count) }
        return try await queue.retryParked(reasonContaining: wanted.reason, after: wanted.after, within: timeLimit)
    }

    /// Safe to repeat. A large quarantine takes several calls, so that each is answered in time.
    func erase(_ wanted: ErasureRequest, by actor: AuditEntry.Actor) async throws -> ErasureResponse {
        defer { forgetStatistics() }
        guard let address = try? EmailAddress(wanted.email) else { throw Problem.wrongAddress }
        let remotely = wanted.remote ?? false
        var quarantined: Int?
        var responses = 0
        do throws(QueueError) {
            // The quarantine first: what a replay moves into the queue meanwhile is then found there.
            let after = wanted.after.map(QuarantineID.init(rawValue:))
            let (count, next) = try await queue.eraseQuarantined(address, after: after, within: timeLimit)
            quarantined = count
            let erasure = try await queue.erase(address, remotely: remotely) { part in
                responses += part.responses.count
            }
            let answer = ErasureResponse(erasure: erasure, quarantined: count, next: next?.rawValue)
            if Self.changed(answer, wanted) {
                let outcome = Self.outcome(of: answer, remotely: remotely)
                await note(.erase, by: actor, subject: Self.person, outcome: outcome)
            }
            return answer
        } catch {
            // What was to be erased may be gone all the same, as when only the log of the file can't be emptied.
            let outcome = Self.outcome(ofUnfinishedErasure: quarantined, responses: responses)
            await note(.erase, by: actor, subject: Self.person, outcome: outcome)
            throw Problem.failing(error)
        }
    }

    /// How many there were.
    func discard(_ ids: [QuarantineID], by actor: AuditEntry.Actor) async throws -> Int {
        let subject = "quarantine \(Self.list(ids))"
        let count: Int
        do throws(QueueError) {
            count = try await queue.discard(ids)
        } catch {
            if !ids.isEmpty { await note(.discard, by: actor, subject: subject, outcome: Self.unfinished) }
            throw Problem.failing(error)
        }
        if count > 0 {
            let outcome = Self.counted(count, "payload", "payloads") + " discarded"
            await note(.discard, by: actor, subject: subject, outcome: outcome)
        }
        return count
    }

    /// Stops when its time is over; the outcomes are those of the first of the ids.
    func replay(_ wanted: ReplayRequest, by actor: AuditEntry.Actor) async throws -> [ReplayOutcome] {
        let isDry = wanted.dryRun ?? false
        let replay = Replay(queue: queue, catalogue: try await catalogue(for: wanted), isDry: isDry)
        let outcomes = await replay.outcomes(of: wanted.ids, within: .seconds(10))
        if !isDry, let outcome = Self.outcome(of: outcomes) {
            let subject = "quarantine \(Self.list(outcomes.filter(\.isResolved).map(\.id)))"
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
