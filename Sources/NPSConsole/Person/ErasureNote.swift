package import Foundation
import NPSModel
package import NPSQueue

/// What an erasure did, to be kept as evidence; without the address.
package struct ErasureNote: Sendable, Hashable {
    package let erasedAt: Date
    package private(set) var responses: [Erasure.Response] = []
    package private(set) var quarantined = 0
    /// What Planhat may still have.
    package private(set) var remote: [Erasure.Remote] = []
    /// Whether that is to be deleted there, too.
    package let isRemoteWanted: Bool

    package init(erasedAt: Date, isRemoteWanted: Bool) {
        (self.erasedAt, self.isRemoteWanted) = (erasedAt, isRemoteWanted)
    }

    /// Adds what one part of the work did. What Planhat may have is told anew by each.
    package mutating func add(_ erasure: Erasure, quarantined count: Int) {
        responses += erasure.responses
        quarantined += count
        remote = erasure.remote
    }

    var isEmpty: Bool { responses.isEmpty && quarantined == 0 && remote.isEmpty }
}

/// What `receipt.mustache` prints.
struct ReceiptView: Sendable {
    let at: Moment
    let isEmpty: Bool
    let counts: [NamedCount]
    let rows: [Row]
    let hasRows: Bool
    /// What is to be done at Planhat, or wasn't asked for there; nil when nothing is there.
    let remote: String?
    let isRemoteWanted: Bool
    let pause: String?
    let back: String

    struct Row: Sendable {
        let id: String
        let state: String
        let remote: String
    }

    init(_ note: ErasureNote, pause: String?, _ text: Sentences, _ visit: Visit) {
        self.pause = note.isRemoteWanted && !note.remote.isEmpty ? pause : nil
        at = Moment(note.erasedAt)
        isEmpty = note.isEmpty
        let states = ResponseState.allCases.map { state in
            (
                text("receiptResponses", ["state": text["books" + state.rawValue.capitalized]]),
                note.responses.count { $0.state == state }
            )
        }
        let all = states + [(text["receiptQuarantined"], note.quarantined)]
        counts = all.filter { $0.1 > 0 }.map { NamedCount(name: $0.0, count: text.number($0.1)) }
        rows = Self.rows(note, text)
        hasRows = !rows.isEmpty
        let name = note.isRemoteWanted ? "receiptRemoteWanted" : "receiptRemoteLeft"
        remote = note.remote.isEmpty ? nil : text(name, ["count": text.number(note.remote.count)])
        isRemoteWanted = note.isRemoteWanted
        back = visit.address(Area.person.path)
    }

    /// Every response that was erased now, and every one that was erased earlier and may still be at Planhat.
    private static func rows(_ note: ErasureNote, _ text: Sentences) -> [Row] {
        var remote: [ResponseID: String] = [:]
        for record in note.remote { remote[record.id] = record.planhatId ?? text["receiptPerhaps"] }
        let now = note.responses.map { response in
            Row(
                id: response.id.rawValue,
                state: text["books" + response.state.rawValue.capitalized],
                remote: remote[response.id] ?? text["receiptNeverThere"]
            )
        }
        let erased = Set(note.responses.map(\.id))
        let earlier = note.remote.filter { !erased.contains($0.id) }.map { record in
            Row(id: record.id.rawValue, state: text["booksErased"], remote: remote[record.id] ?? "")
        }
        return now + earlier
    }
}
