import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
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
    /// How to sign in (`WWW-Authenticate`); nil = not said.
    var challenge: String?

    private struct Document: Encodable {
        let type = "about:blank"
        let title: String
        let status: Int
        let detail: String
        let errors: [FieldProblem]?
        let ids: [ResponseID]?
    }

    var response: Response { HTTPAnswer(self).response }

    /// The header fields of the problem document, ``instructions`` included.
    var fields: HTTPFields {
        var fields = instructions
        fields[.contentType] = "application/problem+json"
        fields[.cacheControl] = "no-store"
        return fields
    }

    /// The header fields that say what the client may do instead. A page needs them as well as a document.
    var instructions: HTTPFields {
        var fields = HTTPFields()
        if let retryAfter { fields[.retryAfter] = String(retryAfter) }
        if let challenge { fields[.wwwAuthenticate] = challenge }
        if !allow.isEmpty { fields[.allow] = allow.map(\.rawValue).joined(separator: ", ") }
        return fields
    }

    var document: ByteBuffer {
        let document = Document(
            title: title,
            status: status.code,
            detail: detail,
            errors: errors.isEmpty ? nil : errors,
            ids: ids.isEmpty ? nil : ids
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ByteBuffer(bytes: (try? encoder.encode(document)) ?? Data())
    }
}

extension Problem: HTTPResponseError {
    func response(from request: Request, context: some RequestContext) throws -> Response { response }
}
