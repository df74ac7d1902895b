import Foundation
import NPSModel

/// How a body is written, by its `Content-Type`.
enum PayloadFormat: Hashable {
    /// Tools use types of their own (`application/vnd.surveymonkey.response.v1+json`), text/plain, or none at all.
    case json
    case urlEncoded
    case multipart(boundary: String)

    /// Nil for a type that is none of these.
    init?(contentType: String?) {
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

    /// A guess at what a captured body is whose type nobody wrote down.
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

    /// The body as one JSON text. JSON passes as it is, unchecked; a form becomes an object whose leaves are text.
    func json(of body: [UInt8]) throws(PayloadProblem) -> [UInt8] {
        switch self {
        case .json: body
        case .urlEncoded: try URLEncodedFields.read(body).json.canonicalBytes
        case .multipart(let boundary): try MultipartFields.read(body, boundary: boundary).json.canonicalBytes
        }
    }
}
