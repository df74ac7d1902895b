/// Bars in a row as one path of an SVG: upright strokes, the first at the left. What is counted has one scale for all rows
/// that are compared.
struct BarPath: Sendable, Hashable {
    /// The width that a bar and the gap beside it take.
    static let step = 10

    let values: [Int]
    /// What the longest possible bar stands for.
    let largest: Int
    /// Its length.
    let room: Int
    /// Where the bars begin.
    let base: Int

    /// Below the base instead of above it.
    var isHanging = false

    /// The `d` of the path; empty when there is nothing to show. What isn't nothing is never shorter than 1.
    var data: String {
        values.enumerated().filter { $0.element > 0 }.map { place, value in
            let length = max(1, Self.length(of: value, of: largest, room: room))
            return "M\(place * Self.step + Self.step / 2) \(base)v\(isHanging ? length : -length)"
        }
        .joined()
    }

    /// Computed in floating point, as the product of two large counts may exceed an integer.
    private static func length(of value: Int, of largest: Int, room: Int) -> Int {
        guard largest > 0 else { return 0 }
        return Int((Double(min(value, largest)) / Double(largest) * Double(room)).rounded())
    }
}
