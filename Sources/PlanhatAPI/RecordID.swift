/// Names a record in a path: by Planhat's own id, or by the id that its producer gave it.
package enum RecordID: Sendable, Hashable, CustomStringConvertible {
    case planhat(String)
    /// Sent with the prefix `srcid-`.
    case source(String)

    private static let prefix = "srcid-"

    /// Reads what people type: `srcid-…` or Planhat's id. An empty id is refused, because its path would be that of
    /// the whole collection.
    package init(reading argument: String) throws(PlanhatError) {
        let isSource = argument.hasPrefix(Self.prefix)
        let id = isSource ? String(argument.dropFirst(Self.prefix.count)) : argument
        guard !id.isEmpty else { throw .invalidRequest("An id can't be empty.") }
        self = isSource ? .source(id) : .planhat(id)
    }

    package var description: String {
        switch self {
        case .planhat(let id): id
        case .source(let id): Self.prefix + id
        }
    }

    /// One path segment, everything but RFC 3986's unreserved characters percent-encoded.
    func segment() throws(PlanhatError) -> String {
        let id =
            switch self {
            case .planhat(let id), .source(let id): id
            }
        guard !id.isEmpty else { throw .invalidRequest("An id can't be empty.") }
        // RFC 3986 §5.2.4: such a segment would name the collection or what is above it.
        guard description != ".", description != ".." else { throw .invalidRequest("An id can't be dots alone.") }
        return PercentEncoding.encode(description)
    }
}
