import Foundation
import NPSModel
import PlanhatAPI

/// What a person would send in most tests.
extension RecordDraft {
    static func sample(sourceId: String? = "nps1-0123456789abcdef0123456789abcdef") -> RecordDraft {
        var draft = RecordDraft()
        draft.email = "ana@example.com"
        draft.score = 9
        draft.comment = "Fast delivery"
        draft.sourceId = sourceId
        return draft
    }
}

extension Date {
    /// 2026-02-03T10:00:05.100Z
    static let sample = Date(timeIntervalSince1970: 1_770_112_805.1)
}
