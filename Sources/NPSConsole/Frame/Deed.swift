import Foundation

/// What the form did that led to a page, which says so.
package struct Deed: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case retried, replayed, discarded
    }

    package let kind: Kind
    /// To how many it was done.
    package var count: Int
    /// How many were tried and stay as they were.
    package var left: Int
    /// Whether it didn't come to all of them.
    package var isCut: Bool

    package init(_ kind: Kind, count: Int = 0, left: Int = 0, isCut: Bool = false) {
        (self.kind, self.count, self.left, self.isCut) = (kind, count, left, isCut)
    }

    /// What work does that may end early. What was done before an error is told, and the next try tells what is wrong; an
    /// error before anything was done is thrown.
    ///
    /// - Parameter work: counts what it does, and returns whether it got through.
    package init(_ kind: Kind, _ work: (inout Deed) async throws -> Bool) async throws {
        self.init(kind)
        do {
            isCut = try await !work(&self)
        } catch {
            guard count > 0 else { throw error }
            isCut = true
        }
    }
}

/// What `done.mustache` prints.
struct DeedView: Sendable {
    let mood: String
    let sentences: [String]

    init(_ deed: Deed, _ text: Sentences) {
        var sentences: [String] = []
        if deed.count > 0 {
            sentences.append(text("did" + deed.kind.rawValue.capitalized, ["count": text.number(deed.count)]))
        }
        if deed.left > 0 { sentences.append(text("didNotAll", ["count": text.number(deed.left)])) }
        if sentences.isEmpty, !deed.isCut { sentences.append(text["didNothing"]) }
        if deed.isCut { sentences.append(text["didMore"]) }
        self.sentences = sentences
        mood = deed.count > 0 && deed.left == 0 && !deed.isCut ? "good" : "warn"
    }
}
