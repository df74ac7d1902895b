package import Foundation
package import NPSPages
package import NPSQueue

/// What operators did, a page of it.
package struct AuditBoard: Sendable {
    /// The last first.
    package let entries: [AuditEntry]
    /// Whether these are the last there are.
    package let isFirstPage: Bool
    package let hasMore: Bool
    package let date: Date

    /// How many a page shows.
    package static let length = 8

    package init(entries: [AuditEntry], isFirstPage: Bool, hasMore: Bool, at date: Date) {
        (self.entries, self.isFirstPage, self.hasMore, self.date) = (entries, isFirstPage, hasMore, date)
    }
}

extension ConsolePages {
    package func audit(_ board: AuditBoard, in visit: Visit) -> Page {
        let text = sentences(visit)
        let view = AuditView(board, text, visit)
        return page("audit", area: .audit, title: text["auditTitle"], view, at: board.date, in: visit)
    }
}

/// What `audit.mustache` prints.
private struct AuditView: Sendable {
    let isEmpty: Bool
    let rows: [Row]
    let older: String?
    let newest: String?

    struct Row: Sendable {
        let at: Moment
        let actor: String
        let action: String
        let subject: String
        let outcome: String
    }

    /// In bytes of HTML, for all that entries say; `queue audit` has all of it.
    private static let room = 1_500

    init(_ board: AuditBoard, _ text: Sentences, _ visit: Visit) {
        isEmpty = board.entries.isEmpty
        let words = PageRoom.shortened(board.entries.flatMap { [$0.subject, $0.outcome] }, in: Self.room)
        rows = board.entries.enumerated().map { index, entry in
            Row(
                at: Moment(entry.at),
                actor: text["actor" + entry.actor.rawValue.capitalized],
                action: text["action" + entry.action.rawValue.capitalized],
                subject: words[2 * index],
                outcome: words[2 * index + 1]
            )
        }
        let last = board.entries.last.flatMap { board.hasMore ? $0.number : nil }
        older = last.map { visit.address(Area.audit.path, ["before": "\($0)"]) }
        newest = board.isFirstPage ? nil : visit.address(Area.audit.path)
    }
}
