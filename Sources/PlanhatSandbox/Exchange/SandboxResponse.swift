import Foundation
import HTTPTypes
import Hummingbird
import NPSModel

/// What goes back, before it is HTTP.
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
