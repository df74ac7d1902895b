import Foundation
import HTTPTypes
import Hummingbird
import NPSModel
import NPSQueue
import NPSWebhooks

/// What operators can have done to what is stored, by a page or by a verb.
struct OperatorActions {
    let queue: ResponseQueue
    let sources: ReloadableSources
    /// How long a request that can't do everything at once works before it is answered with where to go on.
    let timeLimit: Duration

    /// What doesn't fit into the time limit is left to the next call.
    func retry(_ wanted: RetryRequest, by actor: AuditEntry.Actor) async throws -> RetryProgress {
        guard wanted.ids == nil || wanted.reason == nil, wanted.reason?.isEmpty != true else {
            throw Problem.badRequest(
                "Give ids, or a reason that isn't empty, or neither for everything that is parked."
            )
        }
        do {
            if let ids = wanted.ids { return RetryProgress(count: try await queue.retry(ids), examined: ids.count) }
            return try await queue.retryParked(
                reasonContaining: wanted.reason,
                after: wanted.after,
                within: timeLimit
            )
        } catch {
            throw Problem.failing(error)
        }
    }

    /// Safe to repeat. A large quarantine takes several calls, so that each is answered in time.
    func erase(_ wanted: ErasureRequest, by actor: AuditEntry.Actor) async throws -> ErasureResponse {
        guard let address = try? EmailAddress(wanted.email) else { throw Problem.wrongAddress }
        do throws(QueueError) {
            // The quarantine first: what a replay moves into the queue meanwhile is then found there.
            let after = wanted.after.map(QuarantineID.init(rawValue:))
            let (count, next) = try await queue.eraseQuarantined(address, after: after, within: timeLimit)
            let erasure = try await queue.erase(address, remotely: wanted.remote ?? false)
            return ErasureResponse(erasure: erasure, quarantined: count, next: next?.rawValue)
        } catch {
            throw Problem.failing(error)
        }
    }

    /// How many there were.
    func discard(_ ids: [QuarantineID], by actor: AuditEntry.Actor) async throws -> Int {
        do { return try await queue.discard(ids) } catch { throw Problem.failing(error) }
    }

    /// Stops when its time is over; the outcomes are those of the first of the ids.
    func replay(_ wanted: ReplayRequest, by actor: AuditEntry.Actor) async throws -> [ReplayOutcome] {
        let replay = Replay(queue: queue, catalogue: try await catalogue(for: wanted), isDry: wanted.dryRun ?? false)
        return await replay.outcomes(of: wanted.ids, within: .seconds(10))
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
