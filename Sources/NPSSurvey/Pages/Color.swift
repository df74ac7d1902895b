import Foundation

/// A colour in sRGB, eight bits a channel.
struct Color: Sendable, Hashable, CustomStringConvertible {
    static let white = Color(red: 255, green: 255, blue: 255)
    static let black = Color(red: 0, green: 0, blue: 0)

    let red: UInt8
    let green: UInt8
    let blue: UInt8

    init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Nil unless the text is `#` and six hex digits.
    init?(_ text: String) {
        guard text.utf8.count == 7, text.hasPrefix("#"), text.dropFirst().allSatisfy(\.isHexDigit),
            let number = UInt32(text.dropFirst(), radix: 16)
        else { return nil }
        self.init(
            red: UInt8(truncatingIfNeeded: number >> 16),
            green: UInt8(truncatingIfNeeded: number >> 8),
            blue: UInt8(truncatingIfNeeded: number)
        )
    }

    var description: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Relative luminance as WCAG 2.2 defines it, from 0 to 1.
    var luminance: Double {
        func linear(_ channel: UInt8) -> Double {
            let value = Double(channel) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// The contrast ratio as WCAG 2.2 defines it, from 1 to 21.
    func contrast(to other: Color) -> Double {
        let (first, second) = (luminance, other.luminance)
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    /// The first mixture on the way to `end` that is enough; `end` itself when none is.
    func shade(towards end: Color, until isEnough: (Color) -> Bool) -> Color {
        (0...255).lazy.map { mixed(with: end, part: $0) }.first(where: isEnough) ?? end
    }

    /// - Parameter part: the share of the other colour, from 0 to 255.
    private func mixed(with other: Color, part: Int) -> Color {
        func mix(_ mine: UInt8, _ theirs: UInt8) -> UInt8 {
            UInt8(clamping: (Int(mine) * (255 - part) + Int(theirs) * part + 127) / 255)
        }
        return Color(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }
}
