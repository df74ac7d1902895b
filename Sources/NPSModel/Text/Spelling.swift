/// What a word that isn't known was probably meant to be.
package enum Spelling {
    /// The candidate with the fewest letters wrong; nil when each has too many wrong.
    ///
    /// - Parameter limit: how many may be; nil for a third of the word's letters.
    package static func nearest(
        _ word: String,
        among candidates: some Sequence<String>,
        within limit: Int? = nil
    ) -> String? {
        let ranked = candidates.map { (name: $0, distance: distance($0, word)) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= limit ?? max(1, word.count / 3) ? best.name : nil
    }

    /// Letters put in, left out, exchanged, or swapped with their neighbour (optimal string alignment).
    private static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var earlier: [Int] = []
        var row = Array(0...right.count)
        for (index, character) in left.enumerated() {
            var next = [index + 1]
            for column in right.indices {
                let change = row[column] + (right[column] == character ? 0 : 1)
                var best = min(change, row[column + 1] + 1, next[column] + 1)
                if index > 0, column > 0, right[column - 1] == character, right[column] == left[index - 1] {
                    best = min(best, earlier[column - 1] + 1)
                }
                next.append(best)
            }
            (earlier, row) = (row, next)
        }
        return row[right.count]
    }
}
