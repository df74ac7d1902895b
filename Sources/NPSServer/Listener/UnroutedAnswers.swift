import HTTPTypes
import Hummingbird
import NIOCore
import NPSPages
import NPSSurvey
import Synchronization

/// A request that no route sees: its connection is given up before it has wholly arrived.
enum UnroutedRequest: CaseIterable {
    /// It can't be read as HTTP.
    case unreadable
    /// A field of its header, or all of them, are too long.
    case headTooLong
    /// Its body has far too many parts.
    case tooManyParts
    /// There is no memory for its body.
    case noRoom

    var cause: EdgeRefusal {
        switch self {
        case .unreadable: .unreadable
        case .headTooLong: .headTooLong
        case .tooManyParts: .tooManyParts
        case .noRoom: .noRoom
        }
    }

    var problem: Problem {
        switch self {
        case .unreadable: .badRequest("This is no HTTP/1.1 request.")
        case .headTooLong:
            Problem(
                status: .requestHeaderFieldsTooLarge,
                title: "Header too long",
                detail: "A header may have 100 fields, each of 8 KiB, and 16 KiB in all, the address included."
            )
        case .tooManyParts: .badRequest("The body comes in too many small chunks.")
        case .noRoom:
            Problem(
                status: .serviceUnavailable,
                title: "Not available just now",
                detail: "Too many large requests are arriving. Send this one again after the time in Retry-After.",
                retryAfter: 5
            )
        }
    }
}

/// The answers to requests that no route sees, each made once: whoever floods the server must not make it render pages.
final class UnroutedAnswers: Sendable {
    /// A whole answer, the connection's last.
    struct Answer: Sendable {
        let head: HTTPResponse
        let body: ByteBuffer

        fileprivate init(_ problem: Problem, fields: HTTPFields, body: ByteBuffer) {
            var fields = fields
            fields[.connection] = "close"
            fields[.contentLength] = String(body.readableBytes)
            head = HTTPResponse(status: problem.status, headerFields: fields)
            self.body = body
        }
    }

    private struct Key: Hashable {
        let request: UnroutedRequest
        /// Nil for the problem document.
        let language: Language?
    }

    private let pages: ErrorPages?
    private let made = Mutex<[Key: Answer]>([:])

    /// - Parameter pages: nil for a listener that only programs talk to.
    init(pages: ErrorPages?) {
        self.pages = pages
    }

    /// How many answers were made so far.
    var count: Int { made.withLock { $0.count } }

    /// - Parameter head: the request's; nil when it can't be read. Then the answer is a page where the listener has pages,
    ///   as nobody knows what was asked for.
    func answer(to request: UnroutedRequest, with head: HTTPRequest?) -> Answer {
        let key = Key(request: request, language: language(head))
        return made.withLock { made in
            if let answer = made[key] { return answer }
            let answer = make(key)
            made[key] = answer
            return answer
        }
    }

    private func language(_ head: HTTPRequest?) -> Language? {
        guard let head else { return pages?.pages.language(accepted: []) }
        return pages?.language(for: Request(head: head, body: RequestBody(buffer: ByteBuffer())))
    }

    private func make(_ key: Key) -> Answer {
        let problem = key.request.problem
        guard let pages, let language = key.language else {
            return Answer(problem, fields: problem.fields, body: problem.document)
        }
        let page = pages.page(for: problem.status, in: FormContext(language: language))
        var fields = problem.instructions
        for field in page.headers { fields[field.name] = field.value }
        return Answer(problem, fields: fields, body: ByteBuffer(bytes: page.bytes))
    }
}
