import NPSPages
import Testing

@testable import NPSConsole

@Suite("The sentences of the operators' pages")
struct SentencesTests {
    private let english: Sentences
    private let german: Sentences

    init() throws {
        let catalogue = try SentenceCatalogue(ConsoleFiles().catalogues)
        (english, german) = (catalogue[.english], catalogue[Language("de")])
    }

    @Test(
        "write counts as the language does",
        arguments: [
            (0, "0", "0"), (999, "999", "999"), (1_000, "1,000", "1.000"), (1_234_567, "1,234,567", "1.234.567"),
            (-12_345, "−12,345", "−12.345"), (.min, "−9,223,372,036,854,775,808", "−9.223.372.036.854.775.808"),
        ]
    )
    func numbers(count: Int, english: String, german: String) {
        #expect(self.english.number(count) == english)
        #expect(self.german.number(count) == german)
    }

    @Test(
        "write decimals with one digit, and no sign before nothing",
        arguments: [
            (0.04, "0.0", "0.0"), (-0.04, "0.0", "0.0"), (12.25, "12.3", "+12.3"), (-100, "−100.0", "−100.0"),
            (1_234.5, "1,234.5", "+1,234.5"), (.nan, "0.0", "0.0"),
        ]
    )
    func decimals(number: Double, plain: String, signed: String) {
        #expect(english.decimal(number) == plain)
        #expect(english.decimal(number, isSigned: true) == signed)
    }

    @Test("keep a sign before its number where one writes from right to left, and a time's parts in their order")
    func mirrored() throws {
        let arabic = try SentenceCatalogue(ConsoleFiles().catalogues)[Language("ar")]
        #expect(arabic.decimal(-12.3) == "\u{200E}−12.3")
        #expect(arabic.number(-5) == "\u{200E}−5")
        #expect(arabic("needRestored", ["at": "16:00"]).contains("\u{2068}16:00\u{2069}"))
    }

    @Test(
        "write sizes in the unit that fits",
        arguments: [
            (-1, "0 bytes"), (999, "999 bytes"), (1_500, "1.5 kB"), (1_500_000, "1.5 MB"), (2_000_000_000, "2.0 GB"),
        ]
    )
    func sizes(bytes: Int64, text: String) {
        #expect(english.bytes(bytes).replacing("\u{A0}", with: " ") == text)
    }

    @Test(
        "write how long something lasts",
        arguments: [
            (-5, "less than a minute"), (59, "less than a minute"), (60, "1 min"), (7_199, "119 min"), (7_200, "2 h"),
            (172_800, "2 d"), (.infinity, "less than a minute"),
        ]
    )
    func durations(seconds: Double, text: String) {
        #expect(english.duration(seconds) == text)
    }

    @Test("show a name that there is no sentence for")
    func unknown() {
        #expect(english["nowhere"] == "nowhere")
    }
}
