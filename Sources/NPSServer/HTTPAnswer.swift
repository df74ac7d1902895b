import HTTPTypes
import Hummingbird
import NIOCore

/// A whole answer as a value. A connection can write it by itself, and the router's handlers can return it.
struct HTTPAnswer: Sendable {
    let status: HTTPResponse.Status
    /// With the content's length; the date is added when it is written.
    var fields: HTTPFields
    let body: ByteBuffer
    /// See `Page`.
    var isRendered = false

    /// - Parameter fields: without the content's length.
    init(_ status: HTTPResponse.Status, fields: HTTPFields, body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.fields = fields
        self.body = body
        self.fields.append(HTTPField(name: .contentLength, value: String(body.readableBytes)))
    }

    /// `application/json`.
    init(json: some Sequence<UInt8>, status: HTTPResponse.Status = .ok) {
        self.init(status, fields: Self.json, body: ByteBuffer(bytes: json))
    }

    /// The same.
    init(json: ByteBuffer, status: HTTPResponse.Status = .ok) {
        self.init(status, fields: Self.json, body: json)
    }

    init(_ problem: Problem) {
        self.init(problem.status, fields: problem.fields, body: problem.document)
    }

    private static let json: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
}

extension HTTPAnswer: ResponseGenerator {
    var response: Response { Response(status: status, headers: fields, body: .init(byteBuffer: body)) }

    func response(from request: Request, context: some RequestContext) throws -> Response { response }
}
