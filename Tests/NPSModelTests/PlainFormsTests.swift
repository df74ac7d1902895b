import Foundation
import Testing

@testable import NPSModel

/// What is read byte by byte, compared with what reads every form.
@Suite("The usual forms of dates and addresses")
struct PlainFormsTests {
    /// A text that is usual, or has been spoilt in one place or two.
    private func spoilt(
        _ text: String,
        with pieces: [String],
        _ numbers: inout some RandomNumberGenerator
    ) -> String {
        var characters = Array(text).map(String.init)
        for _ in 0..<Int.random(in: 0...2, using: &numbers) where !characters.isEmpty {
            let index = Int.random(in: 0..<characters.count, using: &numbers)
            let piece = pieces.randomElement(using: &numbers) ?? ""
            if Bool.random(using: &numbers) { characters[index] = piece } else { characters.insert(piece, at: index) }
        }
        return characters.joined()
    }

    @Test("a date of the usual form is what Foundation's parser says", arguments: [1, 2, 3, 4] as [UInt64])
    func dates(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let pieces = ["", "0", "9", "3", "-", ":", "T", "Z", ".", "+", " ", "60", "24", "29", "31", "é"]
        let ends = ["Z", "+00:00", "-07:00", "+05:45", "+14:00", "-12:30", "", "z", "+0100", "-00:00", "+23:59"]
        let fractions = ["", ".9", ".914", ".100000", ".123456789", ".1234567891", ".", ".0", ".9996"]
        var read = 0
        for _ in 0..<2_000 {
            let date = Date(timeIntervalSince1970: .random(in: -1e8...2.5e11, using: &numbers))
            let whole = Timestamp.format(date).prefix { $0 != "." }
            let end = (fractions.randomElement(using: &numbers) ?? "") + (ends.randomElement(using: &numbers) ?? "")
            let isDay = Int.random(in: 0..<5, using: &numbers) == 0
            let text = spoilt(isDay ? String(whole.prefix(10)) : whole + end, with: pieces, &numbers)
            guard let plain = PlainTimestamp.date(text) else { continue }
            read += 1
            #expect(plain == Timestamp.parseAny(text), "\(text)")
        }
        #expect(read > 300)
    }

    @Test(
        "what tools usually write is a usual form, what no calendar has is none",
        arguments: [
            ("2026-02-03T10:00:05Z", true), ("2024-02-29T23:59:59.999+01:00", true), ("2023-02-29T10:00:05Z", false),
            ("2026-02-30T10:00:05Z", false), ("2026-04-31T10:00:05Z", false), ("2026-13-01T10:00:05Z", false),
            ("2026-02-03T24:00:05Z", false), ("2026-02-03", true), ("2023-02-29", false),
            ("2026-02-03T", false), ("2026-02-3", false), ("2026-02-033", false), ("2100-02-29T10:00:05Z", false),
            ("2000-02-29T10:00:05Z", true), ("1969-12-31T23:59:59Z", false), ("9999-12-31T23:59:59.9999Z", false),
        ]
    )
    func usualDates(text: String, isUsual: Bool) {
        #expect((PlainTimestamp.date(text) != nil) == isUsual)
    }

    @Test("an address of the usual form is what the general rules make of it", arguments: [1, 2, 3, 4] as [UInt64])
    func addresses(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let pieces = ["", ".", "@", "-", "_", "+", "A", "é", " ", "\u{0}", "xn--", "1", "%", "\"", "(", "\u{301}"]
        let addresses = [
            "ana@example.com", "Ana.Maria+nps@Example.CO.uk", "o'brien@x-y.ie", "1@2.example", "a@b.c1", "a@xn--a.b",
            "ana@\(String(repeating: "a", count: 63)).com", "\(String(repeating: "a", count: 64))@b.co",
            "a@\(Array(repeating: String(repeating: "b", count: 62), count: 4).joined(separator: ".")).cc",
        ]
        var read = 0
        for _ in 0..<2_000 {
            let text = spoilt(addresses.randomElement(using: &numbers) ?? "", with: pieces, &numbers)
            guard let plain = PlainAddress(text) else { continue }
            read += 1
            let address = try EmailAddress(reading: text)
            #expect(plain.address == address.address && plain.domain == address.asciiDomain, "\(text)")
        }
        #expect(read > 500)
    }

    @Test("addresses that most people have are of the usual form")
    func usualAddresses() {
        for text in ["ana@example.com", "Ana.Maria+nps@Example.COM", "!#$%&'*+-/=?^_`{|}~@example.com", "1@2.example"] {
            #expect(PlainAddress(text) != nil)
        }
    }
}
