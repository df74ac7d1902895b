import Foundation
import NPSModel
import Testing

@Suite("Small values")
struct ValueTests {
    @Test("a response id is nps1- and the first half of a SHA-256, as sha256sum computes it")
    func responseID() {
        // printf 'standard\0r1' | sha256sum
        let id = ResponseID(source: "standard", providerID: "r1")
        #expect(id.rawValue == "nps1-16337e4cb12ecb812232f1de2546167a")
        #expect(ResponseID(rawValue: id.rawValue) == id)
    }

    @Test(
        "other text is no response id",
        arguments: ["", "nps1-", "nps1-xyz", "nps2-16337e4cb12ecb812232f1de2546167a"]
    )
    func noResponseID(text: String) {
        #expect(ResponseID(rawValue: text) == nil)
        #expect(ResponseID(rawValue: text + "é") == nil)
    }

    @Test(
        "dates are read with and without fraction, with Z or an offset",
        arguments: [
            ("2021-07-29T20:09:50.914Z", "2021-07-29T20:09:50.914Z"),
            ("2017-06-07T04:36:44Z", "2017-06-07T04:36:44.000Z"),
            ("2026-02-03T10:00:05.100000+00:00", "2026-02-03T10:00:05.100Z"),
            ("2026-02-03T10:00:05-07:00", "2026-02-03T17:00:05.000Z"), ("2026-02-03", "2026-02-03T00:00:00.000Z"),
        ]
    )
    func dates(text: String, normal: String) {
        #expect(Timestamp.parse(text).map(Timestamp.format) == normal)
    }

    @Test(
        "other text is no date",
        arguments: [
            "", "now", "2026-13-01", "2026-02-03T10:00:05", "2026-02-03T10:00:05.Z", "1.5", ".", "0000-00-00", "١٢",
        ]
    )
    func noDates(text: String) {
        #expect(Timestamp.parse(text) == nil)
    }

    @Test("whole numbers, fractions and booleans stay apart in JSON")
    func json() throws {
        let value = try JSONValue(
            parsing: Data(#"{"a":1,"b":1.5,"c":true,"d":null,"e":["x"],"f":9007199254740993}"#.utf8)
        )
        #expect(value["a"] == .integer(1))
        #expect(value["b"] == .number(1.5))
        #expect(value["c"] == .bool(true))
        #expect(value["d"] == .null)
        #expect(value["f"] == .integer(9_007_199_254_740_993))
        #expect(
            String(decoding: value.canonical, as: UTF8.self)
                == #"{"a":1,"b":1.5,"c":true,"d":null,"e":["x"],"f":9007199254740993}"#
        )
    }
}
