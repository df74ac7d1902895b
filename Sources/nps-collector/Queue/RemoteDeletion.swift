import Foundation
import NPSApp
import NPSModel
import NPSQueue
import NPSServer
import PlanhatAPI

/// `queue erase --remote`: deletes each record at Planhat and then forgets it here, so that after an interruption the
/// same command finds the rest.
struct RemoteDeletion {
    /// How many seconds to wait for requests in flight; a request to Planhat may take that long.
    private static let patience = 90

    let address: EmailAddress

    /// - Parameter note: called with what became of each record, as soon as it is known.
    func run(_ records: [Erasure.Remote], note: (ErasureReceipt.Remote) -> Void) async throws {
        guard !records.isEmpty else { return }
        var progress = ProgressBar(title: "Deleting at Planhat", total: records.count)
        let settings = try await CommandLineSettings.load(requiring: [.planhatToken])
        try await RemoteErasure.atHalfPace(settings) { erasure, lease in
            try await delete(records, with: &erasure, &lease) { record in
                note(record)
                progress.advance(by: 1)
            }
        }
        progress.finish()
    }

    private func delete(
        _ records: [Erasure.Remote],
        with erasure: inout RemoteErasure,
        _ lease: inout ShareLease,
        note: (ErasureReceipt.Remote) -> Void
    ) async throws {
        var stopped: String?
        for record in records where record.deletableFrom != nil {
            try await delete(record, with: &erasure, &lease, &stopped, note: note)
        }
        let unsettled = records.filter { $0.deletableFrom == nil }
        guard !unsettled.isEmpty else { return }
        let answered = try await awaitAnswers(to: unsettled.map(\.id))
        for record in unsettled {
            switch answered[record.id] {
            case .some(let known) where known.deletableFrom != nil:
                try await delete(known, with: &erasure, &lease, &stopped, note: note)
            case .some:
                note(
                    ErasureReceipt.Remote(
                        record,
                        .failed,
                        "It is still being sent: run the command again in a minute."
                    )
                )
            case nil:
                // It never arrived.
                note(ErasureReceipt.Remote(record, .alreadyGone))
            }
        }
    }

    private func delete(
        _ record: Erasure.Remote,
        with erasure: inout RemoteErasure,
        _ lease: inout ShareLease,
        _ stopped: inout String?,
        note: (ErasureReceipt.Remote) -> Void
    ) async throws {
        if let stopped { return note(ErasureReceipt.Remote(record, .failed, stopped)) }
        do throws(AdminError) { try await lease.renew() } catch { throw Stop(error) }
        switch try await erasure.delete(record) {
        case .deleted:
            note(ErasureReceipt.Remote(record, .deleted))
            try await forget(record)
        case .alreadyGone:
            note(ErasureReceipt.Remote(record, .alreadyGone))
            try await forget(record)
        case .failed(let problem):
            note(ErasureReceipt.Remote(record, .failed, problem))
        case .stopped(let problem):
            stopped = problem
            note(ErasureReceipt.Remote(record, .failed, problem))
        }
    }

    private func forget(_ record: Erasure.Remote) async throws {
        _ = try await Administration.ask { client throws(AdminError) in try await client.confirmErasure([record.id]) }
    }

    /// Asks every second until none of them is being sent any more, or for ``patience``. Those that aren't in the
    /// result have nothing at Planhat.
    private func awaitAnswers(to ids: [ResponseID]) async throws -> [ResponseID: Erasure.Remote] {
        var known: [ResponseID: Erasure.Remote] = [:]
        for second in 0...Self.patience {
            if second > 0 { try await Task.sleep(for: .seconds(1)) }
            // Past the last entry of any quarantine, which was searched already.
            let request = ErasureRequest(email: address.address, remote: true, after: .max)
            let remote = try await QueueErase.ask(request).erasure.remote.filter { ids.contains($0.id) }
            known = Dictionary(remote.map { ($0.id, $0) }) { $1 }
            if known.values.allSatisfy({ $0.deletableFrom != nil }) { break }
        }
        return known
    }
}

extension RemoteErasure {
    /// Lends a deletion that takes half of the requests a minute, and the lease by which the running collector leaves it
    /// that half.
    static func atHalfPace(
        _ settings: Settings,
        _ body: (inout RemoteErasure, inout ShareLease) async throws -> Void
    ) async throws {
        let client = try await PlanhatCommand.makeClient()
        var erasure = RemoteErasure(
            client: client,
            requestsPerMinute: settings.planhat.requestsPerMinute,
            share: 0.5
        )
        var lease = ShareLease(AdminClient(settings: settings))
        do {
            try await body(&erasure, &lease)
        } catch {
            await lease.end()
            await client.shutdown()
            throw error
        }
        await lease.end()
        await client.shutdown()
    }
}
