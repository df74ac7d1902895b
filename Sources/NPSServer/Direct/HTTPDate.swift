// X509 imports it, and then structures of C count as its own.
import CoreFoundation
import Foundation
import Synchronization

/// The time as the header `Date` has it (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. Written once a second.
enum HTTPDate {
    private static let last = Mutex((second: -1, text: ""))

    static var now: String {
        let second = time(nil)
        return last.withLock { last in
            if last.second != second { last = (second, text(second)) }
            return last.text
        }
    }

    /// - Parameter second: since 1970.
    static func text(_ second: Int) -> String {
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        let date = [two(parts.tm_mday), months[Int(parts.tm_mon)], String(parts.tm_year + 1_900)]
        let time = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(two)
        return "\(days[Int(parts.tm_wday)]), \(date.joined(separator: " ")) \(time.joined(separator: ":")) GMT"
    }

    private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : String(number) }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
