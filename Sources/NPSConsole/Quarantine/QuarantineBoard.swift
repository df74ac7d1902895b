package import Foundation
import NPSModel
package import NPSQueue

/// What is in quarantine, a page of it.
package struct QuarantineBoard: Sendable {
    /// What a page is about.
    package enum Part: Sendable, Hashable {
        case entries
        /// Those of the source of this label.
        case source(String)
        /// Who takes how much of the room, without those that earlier pages had.
        case sources(from: Int)
    }

    package let part: Part
    package let entries: [QuarantineEntry]
    /// Who takes how much of the room.
    package let use: QuarantineUse
    /// The last that was looked at; nil when nothing follows.
    package let next: QuarantineID?
    package let date: Date

    /// How many a page shows.
    package static let length = 3

    package init(
        _ part: Part = .entries,
        entries: [QuarantineEntry],
        use: QuarantineUse,
        next: QuarantineID?,
        at date: Date
    ) {
        (self.part, self.entries, self.use, self.next, self.date) = (part, entries, use, next, date)
    }
}

/// What `quarantine.mustache` prints.
struct QuarantineView: Sendable {
    let did: DeedView?
    let isEmpty: Bool
    /// Whether only other pages have entries.
    let isGone: Bool
    /// Whose entries these are; nil for everybody's.
    let subject: String?
    let entries: [EntryView]
    let next: String?
    let sources: [SourceView]
    /// How many sources follow; nil for none.
    let others: String?
    /// Where they are.
    let nextSources: String
    /// Where all are tried again; nil with a single source.
    let tryAll: String?
    /// Where all entries are; nil on that page.
    let back: String?

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
        /// Where its entries are.
        let address: String
        let count: String
        let size: String
        let replay: String
        let discard: String
    }

    /// So many sources stand below entries, and so many on a page of their own.
    private static let mostSources = (below: 2, alone: 7)

    init(_ board: QuarantineBoard, did deed: Deed?, _ text: Sentences, _ visit: Visit) {
        let all = board.use.sources
        var (from, most) = (0, Self.mostSources.below)
        if case .sources(let first) = board.part { (from, most) = (first, Self.mostSources.alone) }
        let shown = all.dropFirst(from).prefix(most)
        did = deed.map { DeedView($0, text) }
        isEmpty = board.entries.isEmpty && all.isEmpty
        isGone = board.entries.isEmpty && !isEmpty && (most == Self.mostSources.below || shown.isEmpty)
        entries = board.entries.map { EntryView($0, problems: 2, text, visit) }
        sources = shown.map { SourceView($0, text, visit) }
        let rest = all.count - from - shown.count
        others = rest > 0 ? text("quarantineOthers", ["count": text.number(rest)]) : nil
        nextSources = visit.address(QuarantinePath.list, ["sources": "\(from + shown.count)"])
        tryAll = all.count > 1 ? QuarantineChoice.all.address(QuarantinePath.replay, in: visit) : nil
        var query: [(String, String)] = []
        if case .source(let label) = board.part {
            subject = QuarantineChoice.source(label).name(text)
            query = [("source", label)]
        } else {
            subject = nil
        }
        next = board.next.map { visit.address(QuarantinePath.list, query + [("after", "\($0)")]) }
        back = board.part == .entries ? nil : visit.address(QuarantinePath.list)
    }
}

extension QuarantineView.SourceView {
    fileprivate init(_ source: QuarantineUse.Source, _ text: Sentences, _ visit: Visit) {
        let choice = QuarantineChoice.source(source.source)
        name = source.source
        address = choice.address(QuarantinePath.list, in: visit)
        count = text.number(source.entries)
        size = text.bytes(Int64(source.bytes))
        replay = choice.address(QuarantinePath.replay, in: visit)
        discard = choice.address(QuarantinePath.discard, in: visit)
    }
}

extension QuarantineView.EntryView {
    /// In bytes of HTML, of one of them.
    private static let mostProblem = 150

    /// - Parameter most: how many problems are listed.
    init(_ entry: QuarantineEntry, problems most: Int, _ text: Sentences, _ visit: Visit) {
        let choice = QuarantineChoice.one(entry.id)
        let faults = entry.faults
        title = choice.name(text)
        source = entry.source
        first = Moment(entry.receivedAt)
        last = Moment(entry.lastSeenAt)
        times = text.number(entry.timesSeen)
        size = text.bytes(Int64(entry.bodySize))
        problems = faults.prefix(most).map { PageRoom.shortened($0.description, to: Self.mostProblem) }
        rest = faults.count > most ? text("quarantineMoreProblems", ["count": text.number(faults.count - most)]) : nil
        advice = entry.advice
        address = visit.address(QuarantinePath.list + "/\(entry.id)")
        replay = choice.address(QuarantinePath.replay, in: visit)
        discard = choice.address(QuarantinePath.discard, in: visit)
    }
}
