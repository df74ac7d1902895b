package import Foundation

/// Points in time as text: ISO 8601 in UTC with milliseconds, as Planhat prints them (`2021-07-29T20:09:50.914Z`).
package enum Timestamp {
    /// To whole milliseconds, so that a date is the same after it was written and read.
    package static func rounded(_ date: Date) -> Date {
        Date(timeIntervalSince1970: (date.timeIntervalSince1970 * 1000).rounded() / 1000)
    }

    package static func format(_ date: Date) -> String {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        guard let total = Int64(exactly: milliseconds) else { return "1970-01-01T00:00:00.000Z" }
        let (days, rest) = total.quotientAndRemainder(dividingBy: 86_400_000)
        return rest < 0 ? text(day: days - 1, rest + 86_400_000) : text(day: days, rest)
    }

    /// By hand, because every response has dates, and formatting them with Foundation costs more than everything else
    /// about a response. The arithmetic counts years from March, so that the leap day is a year's last.
    ///
    /// - Parameter day: days since 1970.
    private static func text(day: Int64, _ milliseconds: Int64) -> String {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let seconds = milliseconds / 1_000
        // The longest has a sign and nine digits for its year.
        return String(unsafeUninitializedCapacity: 40) { text in
            var end = 0
            append(year, digits: 4, then: "-", to: text, &end)
            append(month, digits: 2, then: "-", to: text, &end)
            append(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, digits: 2, then: "T", to: text, &end)
            append(seconds / 3_600, digits: 2, then: ":", to: text, &end)
            append(seconds / 60 % 60, digits: 2, then: ":", to: text, &end)
            append(seconds % 60, digits: 2, then: ".", to: text, &end)
            append(milliseconds % 1_000, digits: 3, then: "Z", to: text, &end)
            return end
        }
    }

    /// - Parameters:
    ///   - digits: the least number of digits; leading zeros are added.
    ///   - end: where the text ends, before and after.
    private static func append(
        _ number: Int64,
        digits: Int,
        then separator: Unicode.Scalar,
        to text: UnsafeMutableBufferPointer<UInt8>,
        _ end: inout Int
    ) {
        if number < 0 {
            text[end] = UInt8(ascii: "-")
            end += 1
        }
        var (rest, count) = (number.magnitude, digits)
        if count == 4 { while rest >= power(of: count) { count += 1 } }
        for index in (end..<end + count).reversed() {
            text[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        text[end + count] = UInt8(ascii: separator)
        end += count + 1
    }

    private static func power(of exponent: Int) -> UInt64 {
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    /// Reads `2026-02-03T10:00:05Z`, with or without a fraction of any length, with `Z` or an offset, or a day alone
    /// (midnight UTC). Nil for everything else, and outside the years 1970–9999.
    package static func parse(_ text: String) -> Date? {
        PlainTimestamp.date(text) ?? parseAny(text)
    }

    /// Reads every form, by Foundation's parser, which takes a hundred times as long as ``PlainTimestamp``.
    static func parseAny(_ text: String) -> Date? {
        guard text.utf8.count <= 40, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let (whole, fraction) = splitFraction(text)
        guard let date = parseWhole(whole) else { return nil }
        let result = rounded(date.addingTimeInterval(fraction))
        return (0..<253_402_300_800).contains(result.timeIntervalSince1970) ? result : nil
    }

    /// Whether the calendar has this day: Foundation's parser reads 30 February as 2 March.
    private static func isDay(_ text: Substring.UTF8View) -> Bool {
        let parts = Substring(text).split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard parts.count == 3, (1...12).contains(parts[1]) else { return false }
        let isLeapYear = parts[0] % 4 == 0 && (parts[0] % 100 != 0 || parts[0] % 400 == 0)
        let lengths = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...lengths[parts[1] - 1]).contains(parts[2])
    }

    /// Whether this is a time of day: Foundation's parser reads 25:00 as 01:00. A leap second is 23:59:60.
    private static func isTimeOfDay(_ text: Substring.UTF8View) -> Bool {
        let parts = Substring(text).split(separator: ":", omittingEmptySubsequences: false)
            .map { $0.utf8.count == 2 ? Int($0) ?? -1 : -1 }
        return parts.count == 3 && (0...23).contains(parts[0]) && (0...59).contains(parts[1])
            && (0...60).contains(parts[2])
    }

    /// Separates `.914` from the rest: Foundation's parser must be told beforehand whether there is a fraction.
    private static func splitFraction(_ text: String) -> (whole: String, fraction: Double) {
        guard let dot = text.firstIndex(of: ".") else { return (text, 0) }
        let digits = text[text.index(after: dot)...].prefix { ("0"..."9").contains($0) }
        guard !digits.isEmpty, let fraction = Double("0." + digits.prefix(9)) else { return ("", 0) }
        return (String(text[..<dot] + text[digits.endIndex...]), fraction)
    }

    private static func parseWhole(_ text: String) -> Date? {
        guard isDay(text.utf8.prefix(10)) else { return nil }
        if text.utf8.count == 10 {
            return try? Date.ISO8601FormatStyle().year().month().day().parse(text)
        }
        guard isTimeOfDay(text.utf8.dropFirst(11).prefix(8)) else { return nil }
        return try? Date.ISO8601FormatStyle().parse(text)
    }
}

extension JSONEncoder.DateEncodingStrategy {
    /// Dates as ``Timestamp`` writes them: with milliseconds, which `iso8601` leaves out.
    package static let timestamp = custom { date, encoder in
        var container = encoder.singleValueContainer()
        try container.encode(Timestamp.format(date))
    }
}

extension JSONDecoder.DateDecodingStrategy {
    /// Dates as ``Timestamp`` reads them.
    package static let timestamp = custom { decoder in
        let container = try decoder.singleValueContainer()
        guard let date = Timestamp.parse(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no ISO 8601 date")
        }
        return date
    }
}
