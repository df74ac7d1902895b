import HTTPTypes
import Hummingbird
import NPSModel

/// Refuses what none of our clients sends: very long addresses, compressed bodies, which can expand without limit, and
/// requests whose head contradicts RFC 9112, which come here without a `Host`.
enum RequestLimits {
    /// The longest path with its query, in bytes.
    static let uri = 2_048
    /// The codings that change a body (IANA, HTTP Content Coding Registry). What else senders name here is a charset or
    /// nothing, and leaves the body as it is.
    private static let codings: Set = [
        "aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "gzip", "pack200-gzip", "x-compress", "x-gzip",
        "zstd",
    ]

    static func check(_ request: Request) throws {
        guard (request.head.path?.utf8.count ?? 0) <= uri else { throw Problem.uriTooLong }
        guard request.head.authority != nil else {
            throw Problem.badRequest(
                """
                The head of the request is malformed: Host must be given exactly once and name a host, * and addresses \
                with # can't be asked for, Transfer-Encoding may only say chunked, once, and this is no proxy.
                """
            )
        }
        if request.headers.contains(.contentEncoding), isCompressed(request.headers[.contentEncoding] ?? "") {
            throw Problem(
                status: .unsupportedMediaType,
                title: "Compressed body",
                detail: "Bodies must be sent uncompressed."
            )
        }
    }

    private static func isCompressed(_ encoding: String) -> Bool {
        encoding.lowercased().split(separator: ",").contains { codings.contains(String($0.trimmingSpaces)) }
    }
}
