import Foundation
import NPSModel
import NPSPages

/// The sentences of the console in one language, and how it writes numbers.
///
/// Counts stand beside words and not within them, because languages have up to six plurals.
struct Sentences: Sendable {
    let language: Language
    /// By their names; `direction` and the signs within numbers are among them.
    let texts: [String: String]

    init(_ language: Language, _ texts: [String: String]) {
        (self.language, self.texts) = (language, texts)
    }

    /// The sentence of this name. An unknown name is returned as it is, so that the mistake is visible on the page.
    subscript(name: String) -> String { texts[name] ?? name }

    /// The sentence with what stands for the names in braces.
    func callAsFunction(_ name: String, _ values: KeyValuePairs<String, String>) -> String {
        values.reduce(self[name]) { $0.replacing("{\($1.key)}", with: isolated($1.value)) }
    }

    /// Where one writes from right to left, names and times are isolated: the parts of a date would change places.
    private func isolated(_ value: String) -> String {
        let isForeign = value.utf8.contains { $0.isASCIILetter || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ":") }
        return isMirrored && isForeign ? "\u{2068}\(value)\u{2069}" : value
    }

    /// Before a sign, so that it stays before its number.
    var mark: String { isMirrored ? "\u{200E}" : "" }

    /// Whether one writes from right to left.
    var isMirrored: Bool { self["direction"] == "rtl" }

    /// `12,345`
    func number(_ count: Int) -> String {
        let digits = String(count.magnitude)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { grouped += self["groupSign"] }
            grouped.append(digit)
        }
        return (count < 0 ? mark + "−" : "") + grouped
    }

    /// `−12.3`; with `+` before what is more than 0 where that is asked for.
    func decimal(_ number: Double, isSigned: Bool = false) -> String {
        decimal(Tenths(number), isSigned: isSigned)
    }

    func decimal(_ number: Tenths, isSigned: Bool = false) -> String {
        let sign = number.sign < 0 ? "−" : isSigned && number.sign > 0 ? "+" : ""
        return (sign.isEmpty ? "" : mark + sign) + self.number(number.whole) + self["decimalSign"]
            + String(number.tenth)
    }

    /// `96 bytes`, `1.2 GB`
    func bytes(_ count: Int64) -> String {
        guard count >= 1_000 else { return self("bytes", ["count": number(Int(max(0, count)))]) }
        var (size, unit) = (Double(count) / 1_000, "kB")
        for larger in ["MB", "GB", "TB"] where size >= 1_000 { (size, unit) = (size / 1_000, larger) }
        return decimal(size) + "\u{A0}" + unit
    }

    /// How long something lasts, roughly: `5 min`.
    func duration(_ seconds: TimeInterval) -> String {
        let minutes = Int(exactly: (max(0, seconds) / 60).rounded(.down)) ?? 0
        switch minutes {
        case 0: return self["lessThanAMinute"]
        case ..<120: return self("minutes", ["count": number(minutes)])
        case ..<2_880: return self("hours", ["count": number(minutes / 60)])
        default: return self("days", ["count": number(minutes / 1_440)])
        }
    }
}
