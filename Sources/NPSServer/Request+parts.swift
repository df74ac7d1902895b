import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
    /// The whole body. A declared length over the limit is refused before a byte is read.
    func collectBody(upTo limit: Int) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw Problem.contentTooLarge }
        do {
            let buffer = try await body.collect(upTo: limit)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.contentTooLarge
        }
    }

    /// The values of every header line of that name (lower-case), in order.
    func fieldLines(_ name: String) -> [String] {
        headers.filter { $0.name.canonicalName == name }.map(\.value)
    }

    /// The path's segments below the base path, which a proxy may pass on or strip.
    func segments(below basePath: String) -> [Substring] {
        let path = uri.path
        let inner = !basePath.isEmpty && path.hasPrefix(basePath + "/") ? path.dropFirst(basePath.count) : path[...]
        return inner.split(separator: "/")
    }

    /// The text of one query parameter; nil when it is absent.
    func query(_ name: String) -> String? {
        uri.queryParameters[name[...]].map(String.init)
    }
}
