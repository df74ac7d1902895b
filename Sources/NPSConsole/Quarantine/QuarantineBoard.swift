package import Foundation
import NPSModel
package import NPSQueue

/// What is in quarantine, a page of it.
package struct QuarantineBoard: Sendable {
    package let entries: [QuarantineEntry]
    /// Who takes how much of the room.
    package let use: QuarantineUse
    /// The last of the page; nil when nothing follows.
    package let next: QuarantineID?
    package let date: Date

    /// How many a page shows.
    package static let length = 4

    package init(entries: [QuarantineEntry], use: QuarantineUse, next: QuarantineID?, at date: Date) {
        (self.entries, self.use, self.next, self.date) = (entries, use, next, date)
    }
}

/// What `quarantine.mustache` prints.
struct QuarantineView: Sendable {
    let did: DeedView?
    let isEmpty: Bool
    /// Whether only other pages have entries.
    let isGone: Bool
    let entries: [EntryView]
    let sources: [SourceView]
    /// Where all are tried again; nil with a single source.
    let tryAll: String?
    let next: String?

    struct EntryView: Sendable {
        let title: String
        let source: String
        let first: Moment
        let last: Moment
        let times: String
        let size: String
        let problems: [String]
        /// How many problems aren't shown; nil for none.
        let rest: String?
        let advice: [String]
        let address: String
        let replay: String
        let discard: String
    }

    struct SourceView: Sendable {
        let name: String
        let count: String
        let size: String
        let replay: String
        let discard: String
    }

    private static let mostSources = 3

    init(_ board: QuarantineBoard, did deed: Deed?, _ text: Sentences, _ visit: Visit) {
        did = deed.map { DeedView($0, text) }
        isEmpty = board.entries.isEmpty && board.use.sources.isEmpty
        isGone = board.entries.isEmpty && !isEmpty
        entries = board.entries.map { EntryView($0, problems: 3, text, visit) }
        sources = board.use.sources.prefix(Self.mostSources).map { source in
            let choice = QuarantineChoice.source(source.source)
            return SourceView(
                name: source.source,
                count: text.number(source.entries),
                size: text.bytes(Int64(source.bytes)),
                replay: choice.address(QuarantinePath.replay, in: visit),
                discard: choice.address(QuarantinePath.discard, in: visit)
            )
        }
        let hasSeveral = board.use.sources.count > 1
        tryAll = hasSeveral ? QuarantineChoice.all.address(QuarantinePath.replay, in: visit) : nil
        next = board.next.map { visit.address(QuarantinePath.list, ["after": "\($0)"]) }
    }
}

extension QuarantineView.EntryView {
    /// - Parameter most: how many problems are listed.
    init(_ entry: QuarantineEntry, problems most: Int, _ text: Sentences, _ visit: Visit) {
        let choice = QuarantineChoice.one(entry.id)
        let faults = entry.faults
        title = choice.name(text)
        source = entry.source
        first = Moment(entry.receivedAt)
        last = Moment(entry.lastSeenAt)
        times = text.number(entry.timesSeen)
        size = text("bytes", ["count": text.number(entry.bodySize)])
        problems = faults.prefix(most).map(\.description)
        rest = faults.count > most ? text("quarantineMoreProblems", ["count": text.number(faults.count - most)]) : nil
        advice = entry.advice
        address = visit.address(QuarantinePath.list + "/\(entry.id)")
        replay = choice.address(QuarantinePath.replay, in: visit)
        discard = choice.address(QuarantinePath.discard, in: visit)
    }
}
