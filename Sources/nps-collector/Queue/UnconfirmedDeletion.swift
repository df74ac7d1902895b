import Foundation
import NPSApp
import NPSModel
import NPSQueue
import PlanhatAPI

/// `queue erase --unconfirmed`: deletes at Planhat whatever was erased here and never confirmed there. Each is confirmed
/// as soon as it is proven to be gone, so after an interruption the same command finds the rest.
struct UnconfirmedDeletion {
    private static let page = 200

    /// How many there are at the beginning, for the progress.
    let count: Int

    /// - Parameter receipt: has what was done until then, also when this throws.
    func run(into receipt: inout UnconfirmedReceipt) async throws {
        let settings = try await CommandLineSettings.load(requiring: [.planhatToken])
        guard count > 0 else { return }
        var progress = ProgressBar(title: "Deleting at Planhat", total: count)
        try await RemoteErasure.atHalfPace(settings) { erasure, lease in
            var last: Int64?
            while true {
                let after = last
                let page = try await Administration.ask { client throws(AdminError) in
                    try await client.unconfirmedErasures(after: after, limit: Self.page)
                }
                for tombstone in page {
                    do throws(AdminError) { try await lease.renew() } catch { throw Stop(error) }
                    guard try await delete(tombstone, with: &erasure, &receipt) else {
                        receipt.left = max(0, count - receipt.seen)
                        return
                    }
                    progress.advance(by: 1)
                }
                guard page.count == Self.page, let end = page.last else { return }
                last = end.sequence
            }
        }
        progress.finish()
    }

    /// False when there is no point in going on.
    private func delete(
        _ tombstone: UnconfirmedErasure,
        with erasure: inout RemoteErasure,
        _ receipt: inout UnconfirmedReceipt
    ) async throws -> Bool {
        guard tombstone.deletableFrom != nil else {
            receipt.sending += 1
            return true
        }
        switch try await erasure.delete(tombstone.remote) {
        case .deleted: receipt.deleted += 1
        case .alreadyGone: receipt.alreadyGone += 1
        case .failed(let problem):
            receipt.failed.append(.init(tombstone, problem))
            return true
        case .stopped(let problem):
            receipt.failed.append(.init(tombstone, problem))
            return false
        }
        _ = try await Administration.ask { client throws(AdminError) in
            try await client.confirmErasure([tombstone.id])
        }
        return true
    }
}

/// What `queue erase --unconfirmed` did.
struct UnconfirmedReceipt: Encodable {
    /// A record that may still be at Planhat.
    struct Failure: Encodable {
        let id: ResponseID
        let planhatId: String?
        let problem: String

        init(_ tombstone: UnconfirmedErasure, _ problem: String) {
            id = tombstone.id
            planhatId = tombstone.planhatId
            self.problem = problem
        }
    }

    var deleted = 0
    var alreadyGone = 0
    /// Their request is under way: whether there is a record isn't known yet.
    var sending = 0
    var failed: [Failure] = []
    /// Not looked at, since Planhat refuses every request.
    var left = 0

    var isComplete: Bool { sending == 0 && failed.isEmpty && left == 0 }

    fileprivate var seen: Int { deleted + alreadyGone + sending + failed.count }

    /// For people.
    var text: String {
        if seen == 0 { return "Nothing is left to confirm at Planhat.\n" }
        var table = Table([Table.Column("erased responses at Planhat"), Table.Column("count", .right)])
        table.add(["deleted", "\(deleted)"])
        table.add(["already gone", "\(alreadyGone)"])
        if sending > 0 { table.add(["still being sent: run it again in a minute", "\(sending)"]) }
        if !failed.isEmpty { table.add(["failed", "\(failed.count)"]) }
        if left > 0 { table.add(["not tried", "\(left)"]) }
        guard !failed.isEmpty else { return table.render() }
        var failures = Table(["response", "at Planhat", "problem"])
        for failure in failed { failures.add([failure.id.rawValue, failure.planhatId ?? "", failure.problem]) }
        return table.render() + "\n" + failures.render()
    }
}
