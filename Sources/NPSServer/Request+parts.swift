import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
    /// The whole body. A declared length over the limit is refused before a byte is read.
    func collectBody(upTo limit: Int) async throws -> [UInt8] {
        try checkDeclaredLength(limit)
        do {
            let buffer = try await body.collect(upTo: limit)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.contentTooLarge
        }
    }

    /// Refuses a body whose declared length is over the limit, or more than any number can say.
    func checkDeclaredLength(_ limit: Int) throws {
        guard let text = headers[.contentLength] else { return }
        guard let length = Int(text), length <= limit else { throw Problem.contentTooLarge }
    }

    /// The values of every header line of that name (lower-case), in order.
    func fieldLines(_ name: String) -> [String] {
        headers.lines(name)
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

extension HTTPFields {
    /// The values of every line of that name (lower-case), in order.
    func lines(_ name: String) -> [String] {
        compactMap { $0.name.canonicalName == name ? $0.value : nil }
    }

    /// The value of the first line of that name; nil for none. The subscript would join all of them.
    func first(_ name: HTTPField.Name) -> String? {
        for field in self where field.name == name { return field.value }
        return nil
    }
}
