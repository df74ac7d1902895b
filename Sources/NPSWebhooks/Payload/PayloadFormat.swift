import Foundation
import NPSModel

/// How a body is written, according to its `Content-Type`.
enum PayloadFormat: Hashable {
    /// Also for types such as `application/vnd.surveymonkey.response.v1+json`, for text/plain and for no type at all,
    /// because tools use all of them.
    case json
    case urlEncoded
    case multipart(boundary: String)

    /// Nil for any other type.
    init?(contentType: String?) {
        // What almost every delivery says.
        if contentType == "application/json" {
            self = .json
            return
        }
        let parts = (contentType ?? "").split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        let type = parts.first.map { String($0).trimmed.lowercased() } ?? ""
        switch type {
        case "application/x-www-form-urlencoded": self = .urlEncoded
        case "multipart/form-data":
            let parameters = HeaderParameters(parts.dropFirst().first ?? "")
            guard let boundary = parameters["boundary"], (1...70).contains(boundary.utf8.count) else { return nil }
            self = .multipart(boundary: boundary)
        case "", "text/plain": self = .json
        default:
            guard type.hasSuffix("/json") || type.hasSuffix("+json") else { return nil }
            self = .json
        }
    }

    var kind: PayloadKind {
        switch self {
        case .json: .json
        case .urlEncoded: .form
        case .multipart: .multipart
        }
    }

    /// Guesses the format of a captured body whose type wasn't recorded.
    init(guessing body: [UInt8]) {
        let start = body.drop { [0x09, 0x0a, 0x0d, 0x20].contains($0) }
        if start.starts(with: "--".utf8), let end = start.firstIndex(where: { $0 == 0x0a || $0 == 0x0d }) {
            self = .multipart(boundary: String(decoding: start[..<end].dropFirst(2), as: UTF8.self))
        } else if let first = start.first, !"{[\"".utf8.contains(first), start.contains(UInt8(ascii: "=")) {
            self = .urlEncoded
        } else {
            self = .json
        }
    }

    /// The body as one JSON text. JSON in UTF-8 is returned as it is, unchecked; a form becomes an object whose values are
    /// text.
    ///
    /// - Parameter charset: the one that the content type states.
    func json(of body: [UInt8], in charset: PayloadCharset? = nil) throws(PayloadProblem) -> [UInt8] {
        switch self {
        case .json:
            guard let charset else { return body }
            guard let text = PayloadCharset.text(body, in: charset) else { throw .notJSON }
            return Array(text.utf8)
        case .urlEncoded: return try URLEncodedFields.read(body, in: charset).json.canonicalBytes
        case .multipart(let boundary):
            return try MultipartFields.read(body, boundary: boundary, in: charset).json.canonicalBytes
        }
    }
}

/// A kind of body. A source accepts only the kinds that its tool sends: no signature covers the `Content-Type`, so
/// someone with a genuine delivery could otherwise send it again as another kind, in which a person's comment may be
/// read as fields.
package enum PayloadKind: String, Sendable, CaseIterable {
    case json
    case form
    case multipart
}
