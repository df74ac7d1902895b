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

    package init(erasedAt: Date) {
        self.erasedAt = erasedAt
    }

    /// Adds what a part of the work did.
    package mutating func add(_ part: Erasure) {
        responses += part.responses
        let told = Set(part.remote.map(\.id))
        remote = remote.filter { !told.contains($0.id) } + part.remote
    }

    package mutating func add(quarantined count: Int) { quarantined += count }

    /// - Parameter all: whatever Planhat may have of the person, as work that came to its end tells it.
    package mutating func settle(_ all: [Erasure.Remote]) { remote = all }

    package var isEmpty: Bool { responses.isEmpty && quarantined == 0 && remote.isEmpty }
}
