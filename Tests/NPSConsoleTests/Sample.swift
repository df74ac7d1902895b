import Foundation
import NPSModel

@testable import NPSConsole
@testable import NPSQueue

/// What pages are made from, with as little said as possible.
enum Sample {
    static let date = Date(timeIntervalSince1970: 1_796_050_800)

    static func item(
        _ sequence: Int64,
        _ state: ResponseState = .parked,
        reason: String? = nil,
        email: String? = nil,
        score: Int? = nil,
        comment: String? = nil
    ) -> QueueItem {
        QueueItem(
            sequence: sequence,
            id: ResponseID(source: "acme", providerID: "\(sequence)"),
            state: state,
            source: "acme",
            email: email,
            score: score,
            comment: comment,
            answeredAt: nil,
            sentAt: nil,
            campaignId: nil,
            companyId: nil,
            custom: nil,
            survey: nil,
            revision: 1,
            attempts: 1,
            mustUpsert: false,
            acceptedAt: date,
            receivedAt: date,
            isMechanical: false,
            isSuspect: false,
            nextAttemptAt: nil,
            heldUntil: nil,
            deliveredAt: nil,
            planhatId: nil,
            reason: reason
        )
    }

    static func parked(_ sequence: Int64, _ reason: String) -> ParkedResponse {
        ParkedResponse(
            sequence: sequence,
            id: ResponseID(source: "acme", providerID: "\(sequence)"),
            source: "acme",
            acceptedAt: date,
            reason: reason
        )
    }

    static func entry(_ id: Int64, problems: [FieldProblem] = [], body: Data? = nil) -> QuarantineEntry {
        QuarantineEntry(
            id: QuarantineID(rawValue: id),
            source: "acme",
            deliveryID: "msg_\(id)",
            contentType: "application/json",
            receivedAt: date,
            lastSeenAt: date,
            timesSeen: 3,
            problems: problems,
            bodySize: body?.count ?? 100,
            body: body
        )
    }
}
