import HTTPTypes
import Hummingbird
import NIOCore
import NPSPages
import NPSSurvey
import Synchronization

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
