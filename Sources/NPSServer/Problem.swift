import Foundation
import HTTPTypes
import Hummingbird
import NPSModel
import NPSQueue

/// A refusal in the form of RFC 9457 (`application/problem+json`). Never holds a value that was received.
struct Problem: Error, Sendable, Equatable {
    let status: HTTPResponse.Status
    let title: String
    let detail: String
    var errors: [FieldProblem] = []
    /// Ids of the responses of the same delivery that were accepted.
    var ids: [ResponseID] = []
    /// Seconds.
    var retryAfter: Int?
    /// The methods that the address takes; empty = not said.
    var allow: [HTTPRequest.Method] = []

    private struct Document: Encodable {
        let type = "about:blank"
        let title: String
        let status: Int
        let detail: String
        let errors: [FieldProblem]?
        let ids: [ResponseID]?
    }

    var response: Response {
        let document = Document(
            title: title,
            status: status.code,
            detail: detail,
            errors: errors.isEmpty ? nil : errors,
            ids: ids.isEmpty ? nil : ids
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = (try? encoder.encode(document)) ?? Data()
        var response = Response(
            status: status,
            headers: [.contentType: "application/problem+json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: body))
        )
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        if !allow.isEmpty { response.headers[.allow] = allow.map(\.rawValue).joined(separator: ", ") }
        return response
    }
}

extension Problem: HTTPResponseError {
    func response(from request: Request, context: some RequestContext) throws -> Response { response }
}
