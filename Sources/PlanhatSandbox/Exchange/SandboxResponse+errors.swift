import Foundation
import NPSModel

extension SandboxResponse {
    /// An error in the form that the switch `error-body` asks for.
    init(_ rejection: Rejection, _ form: Behaviour.ErrorBody) {
        switch form {
        case .json: self.init(status: rejection.status, json: .object(["message": .string(rejection.message)]))
        case .text: self.init(status: rejection.status, text: rejection.message)
        case .empty: self.init(status: rejection.status)
        case .html: self.init(status: rejection.status, title: "\(rejection.status) \(rejection.message)")
        }
    }

    /// 429, telling by `rate-limit-form` when to come back.
    static func tooManyRequests(retryAfter seconds: Int, now: Date, _ behaviour: Behaviour) -> SandboxResponse {
        let message = "Too many requests"
        var answer =
            switch behaviour.rateLimitBody {
            case .json: SandboxResponse(status: 429, json: .object(["message": .string(message)]))
            case .text: SandboxResponse(status: 429, text: message)
            }
        switch behaviour.retryAfter {
        case .seconds: answer.headers["Retry-After"] = String(seconds)
        case .date: answer.headers["Retry-After"] = httpDate(now.addingTimeInterval(TimeInterval(seconds)))
        case .none: break
        }
        return answer
    }

    /// IMF-fixdate (RFC 9110 §5.6.7), rounded up, so that nobody comes back too early.
    private static func httpDate(_ date: Date) -> String {
        let format: Date.FormatString = """
            \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .padded(4)) \
            \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
            \(second: .twoDigits) GMT
            """
        let style = Date.VerbatimFormatStyle(
            format: format,
            locale: Locale(identifier: "en_US_POSIX"),
            timeZone: .gmt,
            calendar: Calendar(identifier: .gregorian)
        )
        return Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.up)).formatted(style)
    }
}
