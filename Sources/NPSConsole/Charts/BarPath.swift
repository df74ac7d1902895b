/// Bars in a row as the outline of one path of an SVG, the first at the left. What is counted has one scale for all rows that
/// are compared. The gaps between the bars are drawn over them, so that the path is short.
struct BarPath: Sendable, Hashable {
    /// The width that a bar and the gap beside it take.
    static let step = 10

    let values: [Int]
    /// What the longest possible bar stands for.
    let largest: Int
    /// Its length.
    let room: Int
    /// Below the line at 0 instead of above it.
    var isHanging = false

    /// The `d` of the path; empty when there is nothing to show. What isn't nothing is never shorter than 1.
    var data: String {
        guard values.contains(where: { $0 > 0 }) else { return "" }
        var data = "M0 0"
        var (width, length) = (0, 0)
        for next in values.map(length(of:)) {
            if next != length, width > 0 { data += "h\(width)" }
            if next != length { (width, length, data) = (0, next, data + "V\(isHanging ? next : -next)") }
            width += Self.step
        }
        return data + "h\(width)V0"
    }

    /// Computed in floating point, as the product of two large counts may exceed an integer.
    private func length(of value: Int) -> Int {
        guard value > 0 else { return 0 }
        guard largest > 0 else { return 1 }
        return max(1, Int((Double(min(value, largest)) / Double(largest) * Double(room)).rounded()))
    }
}
