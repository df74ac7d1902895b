/// How much of texts that anybody may have written fits onto a page.
enum PageRoom {
    /// The beginning of a text that isn't heavier as HTML, and whether that is all of it.
    static func beginning(of text: String, upTo most: Int) -> (text: String, isWhole: Bool) {
        var weight = 0
        let shown = text.prefix { character in
            weight += Self.weight(of: character.unicodeScalars)
            return weight <= most
        }
        return (String(shown), weight <= most)
    }

    /// The same with a sign that there is more.
    static func shortened(_ text: String, to most: Int) -> String {
        let (shown, isWhole) = beginning(of: text, upTo: most)
        return isWhole ? shown : shown + "…"
    }

    /// Of each as much as the others leave room for.
    static func shortened(_ texts: [String], in room: Int) -> [String] {
        zip(texts, shares(of: texts, in: room)).map { text, share in shortened(text, to: share) }
    }

    /// In bytes; a sign that HTML has another meaning for counts as the longest that it is written by.
    static func weight(of scalars: some Sequence<Unicode.Scalar>) -> Int {
        scalars.reduce(0) { sum, scalar in
            switch scalar {
            case "<", ">", "&", "\"", "'", "\r": sum + 6
            default: sum + UTF8.width(scalar)
            }
        }
    }

    /// How much of the room each of the texts may take: as much as the others, and more where others need less.
    static func shares(of texts: [String], in room: Int) -> [Int] {
        let weights = texts.map { weight(of: $0.unicodeScalars) }
        var shares = weights
        var (left, rest) = (room, weights.count)
        for index in weights.indices.sorted(by: { weights[$0] < weights[$1] }) {
            shares[index] = min(weights[index], max(0, left) / rest)
            left -= shares[index]
            rest -= 1
        }
        return shares
    }
}
