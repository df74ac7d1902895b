import Foundation
package import NPSModel

extension Score {
    /// Reads the last part of a link's path. Mail programs and trackers append to addresses what doesn't belong there
    /// (`9.`, `9&utm_source=x`, `9%22`), so the leading digits count.
    ///
    /// Nil when there are none, when they are not on the scale, or when they may be part of another number (`9.5`).
    package init?(linkEnding ending: String) {
        let text = (ending.removingPercentEncoding ?? ending).utf8
        let digits = text.prefix(while: Self.isDigit)
        var rest = text.dropFirst(digits.count)
        let separator = rest.popFirst()
        let isFraction = separator.map { [UInt8(ascii: "."), UInt8(ascii: ",")].contains($0) } ?? false
        guard !(isFraction && rest.first.map(Self.isDigit) ?? false), let number = Int(Substring(digits)) else {
            return nil
        }
        self.init(number)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
