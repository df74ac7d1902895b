import Foundation
import NPSApp
import NPSModel
import NPSQueue
import NPSServer
import PlanhatAPI

/// `queue erase --remote`: record after record is deleted at Planhat and then forgotten here, so that an interruption
/// leaves nothing that a repetition of the command wouldn't find.
struct RemoteDeletion {
    /// Seconds to wait for the answers to requests that were under way; a request to Planhat may take as long.
    private static let patience = 90

    let address: EmailAddress

    func run(_ records: [Erasure.Remote]) async throws -> [ErasureReceipt.Remote] {
        guard !records.isEmpty else { return [] }
        var progress = ProgressBar(title: "Deleting at Planhat", total: records.count)
        let settings = try await CommandLineSettings.load(requiring: [.planhatToken])
        let client = try await PlanhatCommand.makeClient()
        var erasure = RemoteErasure(client: client, requestsPerMinute: settings.planhat.requestsPerMinute)
        let results: [ErasureReceipt.Remote]
        do {
            results = try await delete(records, with: &erasure, &progress)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
        progress.finish()
        return results
    }

    private func delete(
        _ records: [Erasure.Remote],
        with erasure: inout RemoteErasure,
        _ progress: inout ProgressBar
    ) async throws -> [ErasureReceipt.Remote] {
        var results: [ErasureReceipt.Remote] = []
        var stopped: String?
        let settled = records.filter { $0.deletableFrom != nil }
        let unsettled = records.filter { $0.deletableFrom == nil }
        for record in settled {
            results.append(try await delete(record, with: &erasure, &stopped))
            progress.advance(by: 1)
        }
        guard !unsettled.isEmpty else { return results }
        let answered = try await awaitAnswers(to: unsettled.map(\.id))
        for record in unsettled {
            switch answered[record.id] {
            case .some(let known) where known.deletableFrom != nil:
                results.append(try await delete(known, with: &erasure, &stopped))
            case .some:
                let problem = "It is still being sent. Give the command again in a minute."
                results.append(ErasureReceipt.Remote(record, .failed, problem))
            case nil:
                // It never arrived.
                results.append(ErasureReceipt.Remote(record, .alreadyGone))
            }
            progress.advance(by: 1)
        }
        return results
    }

    private func delete(
        _ record: Erasure.Remote,
        with erasure: inout RemoteErasure,
        _ stopped: inout String?
    ) async throws -> ErasureReceipt.Remote {
        if let stopped { return ErasureReceipt.Remote(record, .failed, stopped) }
        switch try await erasure.delete(record) {
        case .deleted:
            try await forget(record)
            return ErasureReceipt.Remote(record, .deleted)
        case .alreadyGone:
            try await forget(record)
            return ErasureReceipt.Remote(record, .alreadyGone)
        case .failed(let problem):
            return ErasureReceipt.Remote(record, .failed, problem)
        case .stopped(let problem):
            stopped = problem
            return ErasureReceipt.Remote(record, .failed, problem)
        }
    }

    private func forget(_ record: Erasure.Remote) async throws {
        _ = try await Administration.ask { client throws(AdminError) in try await client.confirmErasure([record.id]) }
    }

    /// Asks every second until none of them is being sent any more, or patience ends. Those that aren't in the answer
    /// have nothing at Planhat.
    private func awaitAnswers(to ids: [ResponseID]) async throws -> [ResponseID: Erasure.Remote] {
        var known: [ResponseID: Erasure.Remote] = [:]
        for second in 0...Self.patience {
            if second > 0 { try await Task.sleep(for: .seconds(1)) }
            // Past the last entry of any quarantine: that was looked through.
            let request = ErasureRequest(email: address.address, after: .max)
            let remote = try await QueueErase.ask(request).erasure.remote.filter { ids.contains($0.id) }
            known = Dictionary(remote.map { ($0.id, $0) }) { $1 }
            if known.values.allSatisfy({ $0.deletableFrom != nil }) { break }
        }
        return known
    }
}
