package import Foundation
package import NPSDelivery
package import NPSModel
package import NPSQueue
package import PlanhatAPI

/// `queue verify`: goes through the running collector's receipts, newest first, and compares each with Planhat.
package struct Reconciliation {
    package struct Report: Sendable, Hashable, Codable {
        package var checked = 0
        package var matching = 0
        package var missing: [ResponseID] = []
        package var differing: [ResponseID] = []
        package var unknown: [ResponseID] = []

        package init() {}

        package var isClean: Bool { missing.isEmpty && differing.isEmpty }

        package mutating func add(_ result: VerificationResult, _ id: ResponseID) {
            checked += 1
            switch result {
            case .matching: matching += 1
            case .missing: missing.append(id)
            case .differing: differing.append(id)
            case .unknown: unknown.append(id)
            }
        }
    }

    /// Receipts asked for at once.
    private static let page = 500

    private let admin: AdminClient
    private var verifier: RecordVerifier
    private var lease: ShareLease

    package init(settings: Settings, client: PlanhatClient) {
        admin = AdminClient(settings: settings)
        lease = ShareLease(admin)
        verifier = RecordVerifier(client: client, requestsPerMinute: settings.planhat.requestsPerMinute)
    }

    /// - Parameters:
    ///   - since: leaves out what was delivered before; nil for everything
    ///   - limit: how many to check at most
    ///   - onWait: called with the reason why Planhat is asked again, and in how many seconds
    ///   - onResult: called after each comparison
    /// - Throws: `AdminError` or `PlanhatError`, after which the report holds what was found until then
    package mutating func run(
        since: Date?,
        limit: Int,
        into report: inout Report,
        onWait: (PlanhatError, TimeInterval) -> Void,
        onResult: (VerificationResult, Receipt) -> Void
    ) async throws {
        var before: Int64?
        while report.checked < limit {
            let receipts = try await admin.receipts(before: before, limit: Self.page)
            for receipt in receipts where report.checked < limit {
                if let since, receipt.deliveredAt < since { continue }
                try await lease.renew()
                let result = try await check(receipt, onWait)
                report.add(result, receipt.id)
                onResult(result, receipt)
            }
            guard receipts.count == Self.page, let last = receipts.last else { break }
            before = last.sequence
        }
    }

    /// Gives the collector all of its requests back.
    package func end() async {
        await lease.end()
    }

    /// What looks wrong may have been edited or erased since the receipt was read; then nothing is wrong.
    private mutating func check(
        _ receipt: Receipt,
        _ onWait: (PlanhatError, TimeInterval) -> Void
    ) async throws -> VerificationResult {
        let result = try await verifier.check(
            receipt,
            onWait: onWait,
            by: { [admin] digest in try await admin.delivered(receipt.id, as: digest) }
        )
        guard result == .missing || result == .differing else { return result }
        do throws(AdminError) {
            let item = try await admin.response(receipt.id)
            let isTheSame = item.state == .delivered && item.deliveredAt == receipt.deliveredAt
            return isTheSame ? result : .unknown
        } catch {
            guard case .refused(status: 404, _) = error else { throw error }
            return .unknown
        }
    }
}
