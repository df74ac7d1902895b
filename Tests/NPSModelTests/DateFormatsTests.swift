import Foundation
import NPSModel
import Testing

@Suite("The forms of dates that survey tools send")
struct DateFormatsTests {
    private static let moment = Date(timeIntervalSince1970: 1_770_112_805)
    private static let berlin = TimeZone(identifier: "Europe/Berlin")

    @Test(
        "each says the same moment",
        arguments: [
            .string("2026-02-03T10:00:05Z"), .string("2026-02-03T11:00:05+01:00"), .string("2026-02-03T10:00:05.000Z"),
            .string("2026-02-03 03:00:05 -0700"), .string("2026-02-03 10:00:05 UTC"), .string("2026-02-03 10:00:05Z"),
            .string("2026-02-03 10:00:05.000000+00:00"), .string(" 2026-02-03 11:00:05 +01:00 "),
            .integer(1_770_112_805), .string("1770112805"), .number(1_770_112_805.0), .integer(1_770_112_805_000),
            .string("1770112805000"), .string("1770112805.000"), .string("1770112805000.0"),
            .string("2026-02-03 05:00:05 EST"), .string("2026-02-03 06:00:05 EDT"), .string("2026-02-03 04:00:05 CST"),
            .string("2026-02-03 05:00:05 CDT"), .string("2026-02-03 03:00:05 MST"), .string("2026-02-03 04:00:05 MDT"),
            .string("2026-02-03 02:00:05 PST"), .string("2026-02-03 03:00:05 PDT"),
        ] as [JSONValue]
    )
    func same(_ value: JSONValue) throws {
        #expect(try DateFormats().date(value) == Self.moment)
    }

    @Test(
        "seconds may be missing, and Unix time may have a fraction",
        arguments: [
            ("2026-02-03T10:00Z", "2026-02-03T10:00:00Z"), ("2026-02-03 11:30 +0100", "2026-02-03T10:30:00Z"),
            ("2026-02-03T10:00-05:00", "2026-02-03T15:00:00Z"), ("1770112805.123", "2026-02-03T10:00:05.123Z"),
        ]
    )
    func short(_ text: String, _ expected: String) throws {
        #expect(try DateFormats().date(.string(text)) == Timestamp.parse(expected))
        #expect(
            try DateFormats(timeZone: Self.berlin).date(.string("2026-02-03 11:00"))
                == Timestamp.parse("2026-02-03T10:00:00Z")
        )
    }

    @Test(
        "a date without a zone is read in the configured one",
        arguments: ["2026-02-03 11:00:05", "2026-02-03T11:00:05"]
    )
    func zoned(_ text: String) throws {
        #expect(try DateFormats(timeZone: Self.berlin).date(.string(text)) == Self.moment)
        #expect(throws: DateFormats.Problem.needsTimeZone) { try DateFormats().date(.string(text)) }
    }

    @Test("a day alone begins at midnight in the configured zone, else in UTC")
    func day() throws {
        #expect(try DateFormats().date(.string("2026-02-03")) == Timestamp.parse("2026-02-03T00:00:00Z"))
        let inBerlin = try DateFormats(timeZone: Self.berlin).date(.string("2026-02-03"))
        #expect(inBerlin == Timestamp.parse("2026-02-02T23:00:00Z"))
    }

    @Test("in summer the zone's summer time counts, also on the day of the change")
    func summer() throws {
        let dates = DateFormats(timeZone: Self.berlin)
        #expect(try dates.date(.string("2026-07-01 12:00:00")) == Timestamp.parse("2026-07-01T10:00:00Z"))
        #expect(try dates.date(.string("2026-03-29 01:59:59")) == Timestamp.parse("2026-03-29T00:59:59Z"))
        #expect(try dates.date(.string("2026-03-29 03:00:00")) == Timestamp.parse("2026-03-29T01:00:00Z"))
    }

    @Test(
        "a date that its zone or its fraction carries out of the years 1970 to 9999 is unreadable",
        arguments: [
            ("Europe/Berlin", .string("1970-01-01 00:30:00")), ("America/New_York", .string("9999-12-31 20:00:00")),
            ("UTC", .number(253_402_300_799_999.6)),
        ] as [(String, JSONValue)]
    )
    func outOfRange(zone: String, value: JSONValue) {
        let dates = DateFormats(timeZone: TimeZone(identifier: zone))
        #expect(throws: DateFormats.Problem.unreadable) { try dates.date(value) }
    }

    @Test("milliseconds begin at 100,000,000,000")
    func milliseconds() throws {
        #expect(try DateFormats().date(.integer(99_999_999_999)) == Date(timeIntervalSince1970: 99_999_999_999))
        #expect(try DateFormats().date(.integer(100_000_000_000)) == Date(timeIntervalSince1970: 100_000_000))
        #expect(try DateFormats().date(.integer(1_770_112_805_914)) == Timestamp.parse("2026-02-03T10:00:05.914Z"))
    }

    @Test(
        "everything else is unreadable",
        arguments: [
            .string("yesterday"), .string("2026-02-30T10:00:00Z"), .string("03.02.2026 10:00"), .string("-5"),
            .integer(-1), .integer(.max), .integer(.min), .number(.infinity), .number(.nan), .number(1e300),
            .bool(true),
            .array([]), .object([:]), .string(String(repeating: "1", count: 400)), .string("2026-02-03 10:00:05 Mars"),
            .string("١٧٧٠١١٢٨٠٥"), .string("2026-02-03T25:00:00Z"), .string("2026-02-03T24:00:00Z"),
            .string("2026-02-03T10:60:05Z"), .string("2026-02-03T10:00:61Z"), .string("2026-02-03 10:60:05"),
            .string("2026-02-03T1:00:005Z"), .string("2026-02-03T10:00:05+25:00"),
            .string("2026-02-03T-1:00:05Z"), .string("2026-02-03 10:00:05 IST"), .string("1."), .string(".5"),
            .string("1.2.3"), .string("2026-02-03T10:0Z"), .string("2026-02-03T25:00Z"),
            .string("2026-02-03T+1:00:05Z"),
        ] as [JSONValue]
    )
    func unreadable(_ value: JSONValue) {
        #expect(throws: DateFormats.Problem.unreadable) { try DateFormats().date(value) }
    }
}
