/// A number of the statistics as it is shown: to one decimal place, on the pages and by the verbs alike.
package struct Tenths: Sendable, Hashable {
    private let count: Int

    package init(_ number: Double) {
        count = Int(exactly: (number * 10).rounded()) ?? 0
    }

    /// How much of the whole it is, in percent; 0 of nothing.
    package init(percent part: Int, of whole: Int) {
        self.init(whole > 0 ? 100 * Double(part) / Double(whole) : 0)
    }

    /// −1, 0 or 1.
    package var sign: Int { count.signum() }
    /// What stands before the decimal sign.
    package var whole: Int { abs(count) / 10 }
    /// The digit behind it.
    package var tenth: Int { abs(count) % 10 }
    package var number: Double { Double(count) / 10 }
}
