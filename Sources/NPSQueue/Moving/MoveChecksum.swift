import Crypto
import Foundation
import NPSModel

/// What a queue holds, in a few numbers. Two databases with equal numbers hold the same.
struct MoveChecksum {
    private(set) var counts: [ResponseState: Int] = [:]
    /// Of the stored answers, in bytes.
    private(set) var payloadBytes = 0
    /// In quarantine.
    private(set) var entries = 0
    private var hash = SHA256()

    /// To be called in the order of acceptance.
    mutating func add(_ response: StoredResponse) {
        let (lifecycle, payload) = (response.lifecycle, response.payload ?? "")
        counts[lifecycle.state, default: 0] += 1
        payloadBytes += payload.utf8.count
        add(response.sequence)
        add(response.id.rawValue)
        add(Int64(lifecycle.revision))
        add(Int64(lifecycle.state.code))
        add(lifecycle.digest?.hexadecimal ?? "")
        add(payload)
        add(response.tally?.rawValue ?? "")
    }

    /// To be called in the order of the ids.
    mutating func add(_ entry: QuarantinedBody) {
        entries += 1
        add(entry.id.rawValue)
        add(Int64(entry.body.count))
        hash.update(data: entry.body)
    }

    private mutating func add(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { hash.update(bufferPointer: $0) }
    }

    private mutating func add(_ text: String) {
        add(Int64(text.utf8.count))
        hash.update(data: Data(text.utf8))
    }

    /// Whether the books count these rows. What was being sent counts as pending, as the target has it.
    func agrees(with books: Books) -> Bool {
        books.accepted == ResponseState.allCases.reduce(0) { $0 + books[$1] }
            && counts[.pending, default: 0] == books.pending + books.sending
            && counts[.parked, default: 0] == books.parked
            && counts[.delivered, default: 0] == books.delivered - books.removedDelivered
            && counts[.erased, default: 0] == books.erased - books.removedErased
            && entries == books.quarantined
    }
}

extension MoveChecksum: Equatable {
    static func == (left: MoveChecksum, right: MoveChecksum) -> Bool {
        left.counts == right.counts && left.payloadBytes == right.payloadBytes && left.entries == right.entries
            && left.hash.finalize() == right.hash.finalize()
    }
}
