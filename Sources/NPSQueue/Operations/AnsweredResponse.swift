package import Foundation
package import NPSModel

/// That a person has given an answer: what somebody may know who wants to remind the others.
package struct AnsweredResponse: Sendable, Hashable, Codable {
    package let id: ResponseID
    /// When the present answer arrived; nil when the person had it erased.
    package let answeredAt: Date?

    package init(id: ResponseID, answeredAt: Date?) {
        self.id = id
        self.answeredAt = answeredAt
    }
}

extension ResponseQueue {
    /// Those of the responses that a person has given, in no order. What may be a bot's is none.
    package func answered(_ ids: [ResponseID]) async throws(QueueError) -> [AnsweredResponse] {
        var answered: [AnsweredResponse] = []
        for start in stride(from: 0, to: ids.count, by: Self.slice) {
            let part = Array(ids[start..<min(start + Self.slice, ids.count)])
            answered += try await readSlice { transaction in
                // Nothing of what people wrote is needed.
                try transaction.rows.leavingUnopened.load(.ids(part)).compactMap(AnsweredResponse.init)
            }
        }
        return answered
    }
}

extension AnsweredResponse {
    fileprivate init?(_ stored: StoredResponse) {
        let lifecycle = stored.lifecycle
        guard lifecycle.botFlag != .current else { return nil }
        self.init(id: stored.id, answeredAt: lifecycle.state == .erased ? nil : lifecycle.receivedAt.date)
    }
}
