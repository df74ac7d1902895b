import Foundation

/// What the form did that led to a page, which says so.
package struct Deed: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case retried, replayed, discarded
    }

    package let kind: Kind
    /// To how many it was done.
    package let count: Int
    /// How many were tried and stay as they were.
    package let left: Int
    /// Whether there was no time for all of them.
    package let isCut: Bool

    package init(_ kind: Kind, count: Int, left: Int = 0, isCut: Bool = false) {
        (self.kind, self.count, self.left, self.isCut) = (kind, count, left, isCut)
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
