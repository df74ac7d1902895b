import NPSModel
import Testing

@Suite("Numbers to one decimal place")
struct TenthsTests {
    @Test(
        "are rounded, with the sign apart from the digits",
        arguments: [
            (12.34, 1, 12, 3), (-12.36, -1, 12, 4), (0.04, 0, 0, 0), (-0.04, 0, 0, 0), (-0.3, -1, 0, 3),
            (99.96, 1, 100, 0),
            (.nan, 0, 0, 0), (.infinity, 0, 0, 0), (1e300, 0, 0, 0),
        ]
    )
    func rounding(number: Double, sign: Int, whole: Int, tenth: Int) {
        let tenths = Tenths(number)
        #expect(tenths.sign == sign && tenths.whole == whole && tenths.tenth == tenth)
    }

    @Test("are what a part is of the whole, and 0 of nothing")
    func percent() {
        #expect(Tenths(percent: 1, of: 3).number == 33.3)
        #expect(Tenths(percent: 2, of: 3).number == 66.7)
        #expect(Tenths(percent: 5, of: 5).number == 100)
        #expect(Tenths(percent: 5, of: 0).number == 0)
    }
}
