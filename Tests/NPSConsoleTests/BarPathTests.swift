import Testing

@testable import NPSConsole

@Suite("Bars of a chart")
struct BarPathTests {
    @Test(
        "are as long as what they count, and never gone",
        arguments: [
            ([], 10, ""), ([0, 0], 0, ""), ([10, 0, 5], 10, "M5 50v-40M25 50v-20"), ([1], 1_000_000, "M5 50v-1"),
            ([20], 10, "M5 50v-40"), ([.max, 1], .max, "M5 50v-40M15 50v-1"), ([1], 0, "M5 50v-1"),
        ] as [([Int], Int, String)]
    )
    func path(values: [Int], largest: Int, data: String) {
        #expect(BarPath(values: values, largest: largest, room: 40, base: 50).data == data)
    }

    @Test("can hang from their line")
    func hanging() {
        #expect(BarPath(values: [4], largest: 8, room: 40, base: 60, isHanging: true).data == "M5 60v20")
    }
}
