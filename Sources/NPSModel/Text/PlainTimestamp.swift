import Foundation

/// Reads the forms of ``Timestamp`` that almost all tools write, byte by byte: `2026-02-03T10:00:05Z`, with a fraction
/// of at most nine digits or without one, and with `Z` or an offset of hours and minutes, `+01:00`; and the day alone.
enum PlainTimestamp {
    /// What ``Timestamp/parseAny(_:)`` returns for the same text; nil for every other form, which says nothing about the
    /// text.
    static func date(_ text: String) -> Date? {
        var text = text
        return text.withUTF8 { bytes in
            var rest = Reader(bytes: bytes)
            return rest.date()
        }
    }

    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        private var index = 0

        init(bytes: UnsafeBufferPointer<UInt8>) {
            self.bytes = bytes
        }

        mutating func date() -> Date? {
            guard let year = digits(4), take("-"), let month = digits(2), take("-"), let day = digits(2),
                (1970...9999).contains(year), (1...12).contains(month),
                (1...28).contains(day) || isDay(year, month, day)
            else { return nil }
            let midnight = Date(timeIntervalSince1970: Double(Self.days(year, month, day) * 86_400))
            if index == bytes.count { return midnight }
            guard let time = time() else { return nil }
            let date = Timestamp.rounded(midnight.addingTimeInterval(time.whole).addingTimeInterval(time.fraction))
            return (0..<253_402_300_800).contains(date.timeIntervalSince1970) ? date : nil
        }

        /// Since midnight, in seconds.
        private mutating func time() -> (whole: Double, fraction: Double)? {
            guard take("T"), let hour = digits(2), take(":"), let minute = digits(2), take(":"),
                let second = digits(2), let fraction = fraction(), let offset = offset(), index == bytes.count,
                hour < 24, minute < 60, second < 60
            else { return nil }
            return (Double((hour * 60 + minute) * 60 + second - offset), fraction)
        }

        private mutating func digits(_ count: Int) -> Int? {
            guard index + count <= bytes.count else { return nil }
            var number = 0
            for _ in 0..<count {
                guard bytes[index].isASCIIDigit else { return nil }
                number = number * 10 + Int(bytes[index] - UInt8(ascii: "0"))
                index += 1
            }
            return number
        }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        /// Of a second; 0 when there is none. Nil for a point without digits, or with more of them than are read here.
        private mutating func fraction() -> Double? {
            guard take(".") else { return 0 }
            var (number, scale) = (0.0, 1.0)
            let start = index
            while let digit = digits(1) {
                number = number * 10 + Double(digit)
                scale *= 10
            }
            return (1...9).contains(index - start) ? number / scale : nil
        }

        /// East of Greenwich, in seconds.
        private mutating func offset() -> Int? {
            if take("Z") { return 0 }
            let isWest = take("-")
            guard isWest || take("+"), let hours = digits(2), take(":"), let minutes = digits(2), hours < 15,
                minutes < 60
            else { return nil }
            return (hours * 60 + minutes) * (isWest ? -60 : 60)
        }

        private func isDay(_ year: Int, _ month: Int, _ day: Int) -> Bool {
            switch month {
            case 2: day == 29 && year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
            case 4, 6, 9, 11: (1...30).contains(day)
            default: (1...31).contains(day)
            }
        }

        /// Since 1970. Years are counted from March, so that the leap day is a year's last.
        private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
            let shifted = month > 2 ? year : year - 1
            let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
            return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        }
    }
}
