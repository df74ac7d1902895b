import Hummingbird

/// `GET /robots.txt` (RFC 9309): nothing here is for search engines. It speaks for the whole host, so behind a base path
/// it is only seen where the proxy passes it on.
struct RobotsRoute {
    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("robots.txt") { _, _ in Self.answer }
        router.head("robots.txt") { _, _ in Self.answer }
    }

    private static let answer = Response(
        status: .ok,
        headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "max-age=86400"],
        body: .init(byteBuffer: ByteBuffer(string: "User-agent: *\nDisallow: /\n"))
    )
}
