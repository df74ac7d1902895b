import Foundation
import NPSModel
import NPSQueue

/// What `receipt.mustache` prints: all numbers, and a part of the responses.
struct ReceiptView: Sendable {
    let at: Moment
    let isEmpty: Bool
    let counts: [NamedCount]
    let rows: [Row]
    let hasRows: Bool
    /// Where more of the responses are; nil when these are the last.
    let next: String?
    /// How many of all the responses these are; nil when they are all.
    let range: String?
    /// What is to be deleted at Planhat; nil for nothing.
    let wanted: String?
    /// What may be there, and nobody asked to have deleted; nil for nothing.
    let left: String?
    let pause: String?
    let back: String

    struct Row: Sendable {
        let id: String
        let state: String
        let remote: String
        /// Nil where Planhat has nothing, or didn't tell.
        let planhatId: String?
    }

    /// How many responses a page shows.
    static let length = 10

    init(_ note: ErasureNote, _ place: ReceiptPlace, pause: String?, _ text: Sentences, _ visit: Visit) {
        let wanted = note.remote.count(where: \.isWanted)
        self.pause = wanted > 0 ? pause : nil
        self.wanted = wanted > 0 ? text("receiptRemoteWanted", ["count": text.number(wanted)]) : nil
        let left = note.remote.count - wanted
        self.left = left > 0 ? text("receiptRemoteLeft", ["count": text.number(left)]) : nil
        at = Moment(note.erasedAt)
        isEmpty = note.isEmpty
        counts = Self.counts(note, text)
        let (rows, total) = Self.rows(note, from: place.from, text)
        self.rows = rows
        hasRows = !rows.isEmpty
        let end = min(place.from, total) + rows.count
        let query = ["ticket": place.ticket, "from": "\(end)"] as KeyValuePairs
        next = end < total ? visit.address(PersonPath.receipt, query) : nil
        let first = text.number(end - rows.count + 1)
        let numbers = ["first": first, "last": text.number(end), "all": text.number(total)] as KeyValuePairs
        range = rows.isEmpty || rows.count == total ? nil : text("receiptRange", numbers)
        back = visit.address(Area.person.path)
    }

    private static func counts(_ note: ErasureNote, _ text: Sentences) -> [NamedCount] {
        let states = ResponseState.allCases.map { state in
            (
                text("receiptResponses", ["state": text["books" + state.rawValue.capitalized]]),
                note.responses.count { $0.state == state }
            )
        }
        let all = states + [(text["receiptQuarantined"], note.quarantined)]
        return all.filter { $0.1 > 0 }.map { NamedCount(name: $0.0, count: text.number($0.1)) }
    }

    /// Of every response that was erased now, and then of every one that was erased earlier and may still be at Planhat.
    private static func rows(_ note: ErasureNote, from: Int, _ text: Sentences) -> (shown: [Row], total: Int) {
        let remote = Dictionary(note.remote.map { ($0.id, $0) }) { _, last in last }
        let erased = Set(note.responses.map(\.id))
        let earlier = note.remote.filter { !erased.contains($0.id) }.map { Erasure.Response(id: $0.id, state: .erased) }
        let all = note.responses + earlier
        let shown = all.dropFirst(from).prefix(length).map { response in
            Row(
                id: response.id.rawValue,
                state: text["books" + response.state.rawValue.capitalized],
                remote: remote[response.id].map { sentence($0, text) } ?? text["receiptNeverThere"],
                planhatId: remote[response.id]?.planhatId
            )
        }
        return (shown, all.count)
    }

    private static func sentence(_ record: Erasure.Remote, _ text: Sentences) -> String {
        text[record.isWanted ? "receiptToDelete" : "receiptPerhaps"]
    }
}

/// Which part of a receipt is shown.
package struct ReceiptPlace: Sendable, Hashable {
    /// By which the receipt is found for a while.
    let ticket: String
    /// How many of the responses stand before these.
    let from: Int

    package init(ticket: String, from: Int = 0) {
        (self.ticket, self.from) = (ticket, max(0, from))
    }
}
