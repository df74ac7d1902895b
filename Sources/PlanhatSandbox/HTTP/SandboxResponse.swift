import Foundation
import HTTPTypes
import Hummingbird
import NPSModel

/// An answer of the sandbox, as a value.
struct SandboxResponse: Sendable, Hashable {
    enum Content: String, Sendable {
        case json = "application/json; charset=utf-8"
        case text = "text/plain; charset=utf-8"
        case html = "text/html; charset=utf-8"
    }

    var status: Int
    /// Nil for an answer without a body.
    var content: Content?
    var body = Data()
    var headers: [String: String] = [:]

    init(status: Int, content: Content? = nil, body: Data = Data()) {
        self.status = status
        self.content = content
        self.body = body
    }

    init(status: Int = 200, json: JSONValue) {
        self.init(status: status, content: .json, body: json.canonical)
    }

    init(status: Int = 200, text: String) {
        self.init(status: status, content: .text, body: Data(text.utf8))
    }

    /// A page such as proxies make.
    init(status: Int, title: String) {
        let page = "<html><head><title>\(title)</title></head><body><h1>\(title)</h1></body></html>\n"
        self.init(status: status, content: .html, body: Data(page.utf8))
    }

    var isSuccess: Bool { (200..<300).contains(status) }

    var response: Response {
        var fields = HTTPFields()
        if let content { fields[.contentType] = content.rawValue }
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return Response(
            status: HTTPResponse.Status(code: status),
            headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}

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

    /// 429, with when to come back.
    static func tooManyRequests(retryAfter seconds: Int, now: Date, _ behaviour: Behaviour) -> SandboxResponse {
        let message = "Too many requests"
        let answer =
            switch behaviour.rateLimitBody {
            case .json: SandboxResponse(status: 429, json: .object(["message": .string(message)]))
            case .text: SandboxResponse(status: 429, text: message)
            }
        return answer.retryAfter(seconds, now: now, behaviour)
    }

    /// Says when to come back, in the form that the switch `rate-limit-form` asks for.
    func retryAfter(_ seconds: Int, now: Date, _ behaviour: Behaviour) -> SandboxResponse {
        var answer = self
        switch behaviour.retryAfter {
        case .seconds: answer.headers["Retry-After"] = String(seconds)
        case .date: answer.headers["Retry-After"] = Self.httpDate(now.addingTimeInterval(TimeInterval(seconds)))
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

/// A request that is answered with an error. The message names properties, never the values received.
struct Rejection: Error, Sendable, Hashable {
    let status: Int
    let message: String

    static func badRequest(_ message: String) -> Rejection { Rejection(status: 400, message: message) }
    static let notFound = Rejection(status: 404, message: "not found")
    static let tooLarge = Rejection(status: 413, message: "request entity too large")
    static let duplicatedSourceID = Rejection(status: 400, message: "sourceId duplicated")
}
