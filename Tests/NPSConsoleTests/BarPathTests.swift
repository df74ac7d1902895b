import Testing

@testable import NPSConsole

@Suite("Bars of a chart")
struct BarPathTests {
    @Test(
        "are as long as what they count, and never gone",
        arguments: [
            ([], 10, ""), ([0, 0], 0, ""), ([10, 0, 5], 10, "M0 0V-40h10V0h10V-20h10V0"),
            ([1], 1_000_000, "M0 0V-1h10V0"),
            ([20], 10, "M0 0V-40h10V0"), ([.max, 1], .max, "M0 0V-40h10V-1h10V0"), ([1], 0, "M0 0V-1h10V0"),
            ([0, 0, 5, 5], 5, "M0 0h20V-40h20V0"),
        ] as [([Int], Int, String)]
    )
    func path(values: [Int], largest: Int, data: String) {
        #expect(BarPath(values: values, largest: largest, room: 40).data == data)
    }

    @Test("can hang from their line")
    func hanging() {
        #expect(BarPath(values: [4], largest: 8, room: 40, isHanging: true).data == "M0 0V20h10V0")
    }
}
