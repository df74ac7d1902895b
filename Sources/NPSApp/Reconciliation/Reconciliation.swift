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

        package mutating func add(_ finding: VerificationResult, _ id: ResponseID) {
            checked += 1
            switch finding {
            case .matching: matching += 1
            case .missing: missing.append(id)
            case .differing: differing.append(id)
            case .unknown: unknown.append(id)
            }
        }
    }

    /// Receipts asked for at once.
    private static let page = 500
    /// How long the collector leaves half of its requests without being asked again, in seconds.
    private static let lease: TimeInterval = 120

    private let admin: AdminClient
    private var verification: RecordVerifier
    private var leasedUntil = Date.distantPast

    package init(settings: Settings, client: PlanhatClient) {
        admin = AdminClient(settings: settings)
        verification = RecordVerifier(client: client, requestsPerMinute: settings.planhat.requestsPerMinute)
    }

    /// - Parameters:
    ///   - since: leaves out what was delivered before; nil for everything
    ///   - limit: how many to check at most
    ///   - onWait: is told why Planhat is asked again, and in how many seconds
    ///   - onFinding: is called after each
    /// - Throws: `AdminError` or `PlanhatError`, after which the report holds what was found until then
    package mutating func run(
        since: Date?,
        limit: Int,
        into report: inout Report,
        onWait: (PlanhatError, TimeInterval) -> Void,
        onFinding: (VerificationResult, Receipt) -> Void
    ) async throws {
        var before: Int64?
        while report.checked < limit {
            let receipts = try await admin.receipts(before: before, limit: Self.page)
            for receipt in receipts where report.checked < limit {
                if let since, receipt.deliveredAt < since { continue }
                try await keepShare()
                let finding = try await check(receipt, onWait)
                report.add(finding, receipt.id)
                onFinding(finding, receipt)
            }
            guard receipts.count == Self.page, let last = receipts.last else { break }
            before = last.sequence
        }
    }

    /// Gives the collector its requests back.
    package func end() async {
        try? await admin.share(forSeconds: 0)
    }

    private mutating func keepShare() async throws {
        let now = Date()
        guard now.addingTimeInterval(Self.lease / 2) > leasedUntil else { return }
        try await admin.share(forSeconds: Self.lease)
        leasedUntil = now.addingTimeInterval(Self.lease)
    }

    /// What seems wrong may have been edited or erased since the receipt was read: then it is nobody's mistake.
    private mutating func check(
        _ receipt: Receipt,
        _ onWait: (PlanhatError, TimeInterval) -> Void
    ) async throws -> VerificationResult {
        let finding = try await verification.check(receipt, onWait: onWait)
        guard finding == .missing || finding == .differing else { return finding }
        do throws(AdminError) {
            let item = try await admin.response(receipt.id)
            let isTheSame = item.state == .delivered && item.deliveredAt == receipt.deliveredAt
            return isTheSame ? finding : .unknown
        } catch {
            guard case .refused(status: 404, _) = error else { throw error }
            return .unknown
        }
    }
}
