import Foundation
import NPSModel
import NPSQueue

/// What `parked.mustache` prints.
struct ParkedView: Sendable {
    let did: DeedView?
    /// Where the forms are sent.
    let action: String
    let isEmpty: Bool
    /// Whether what is parked has other reasons than those that were asked for.
    let isGone: Bool
    let groups: [GroupView]
    /// How many reasons follow; nil for none.
    let others: String?
    /// Where they are.
    let next: String
    /// What the button for everything says; nil for no button.
    let all: String?
    let expiry: String?
    let cut: String?
    /// The address of all reasons, where only one is shown.
    let back: String?

    struct GroupView: Sendable {
        let heading: String
        /// What was stored as the reason, in English, or the beginning of it.
        let reason: String
        let advice: String
        let key: String
        let label: String
        let rows: [Row]
        /// The address of more of its responses; nil when there are none.
        let more: String?
    }

    struct Row: Sendable {
        let id: String
        /// Where it is said whose it is.
        let person: String
        let source: String
        let accepted: Moment
    }

    /// What fits onto a page.
    private static let mostGroups = 3
    private static let mostRows = [1: ParkedBoard.length, 2: 2]

    init(_ board: ParkedBoard, did deed: Deed?, _ text: Sentences, _ visit: Visit) {
        let shown = board.groups.dropFirst(board.from).prefix(Self.mostGroups)
        did = deed.map { DeedView($0, text) }
        action = visit.address(Area.parked.path)
        isEmpty = board.count == 0 && board.total == 0
        isGone = shown.isEmpty && !isEmpty
        let rows = Self.mostRows[shown.count] ?? 1
        groups = shown.map { GroupView($0, rows: rows, isCounted: !board.isCut, text, visit) }
        let end = board.from + shown.count
        let rest = board.groups.count - end
        next = visit.address(Area.parked.path, ["from": "\(end)"])
        others = rest > 0 ? text("parkedOthers", ["count": text.number(rest)]) : nil
        let hasSeveral = !board.isOfOneGroup && board.groups.count > 1
        all = hasSeveral ? text("parkedRetryAll", ["count": text.number(max(board.total, board.count))]) : nil
        expiry = board.expiry.map { expiry in
            text("parkedExpiry", ["count": text.number(expiry.count), "date": Moment(expiry.from).text])
        }
        cut = board.isCut ? text("parkedCut", ["count": text.number(board.count)]) : nil
        back = board.isOfOneGroup || board.from > 0 ? visit.address(Area.parked.path) : nil
    }
}

extension ParkedView.GroupView {
    /// In bytes of HTML; `queue show` has all of it.
    private static let mostReason = 400

    /// - Parameter isCounted: whether all of the group are known.
    fileprivate init(_ group: ParkedBoard.Group, rows: Int, isCounted: Bool, _ text: Sentences, _ visit: Visit) {
        let name = "parked" + group.cause.rawValue.capitalized
        heading = text[name]
        reason = PageRoom.shortened(group.reason, to: Self.mostReason)
        advice = text[name + "Advice"]
        key = group.key
        label =
            isCounted ? text("parkedRetryGroup", ["count": text.number(group.count)]) : text["parkedRetryGroupAll"]
        let shown = group.responses.prefix(rows)
        self.rows = shown.map {
            ParkedView.Row(
                id: $0.id.rawValue,
                person: visit.address(of: $0.id),
                source: $0.source,
                accepted: Moment($0.acceptedAt)
            )
        }
        let hasMore = group.hasMore || shown.count < group.responses.count
        more =
            hasMore
            ? visit.address(Area.parked.path, ["group": group.key, "after": "\(shown.last?.sequence ?? 0)"]) : nil
    }
}
