package import HTTPTypes

/// One page, ready to be sent. The server chooses the status.
package struct Page: Sendable {
    /// The HTML in UTF-8.
    package let bytes: [UInt8]
    /// All headers that the page needs, `Content-Type` included; each name once.
    package var headers: HTTPFields
    /// Whether it was rendered for this request, which takes as long as several others that are only put together.
    package var isRendered = false

    package init(bytes: [UInt8], headers: HTTPFields) {
        (self.bytes, self.headers) = (bytes, headers)
    }

    /// The HTML as text.
    package var html: String { String(decoding: bytes, as: UTF8.self) }
}

extension Page {
    /// - Parameter isFramed: whether other sites may show the page in a frame.
    package static func headers(language: Language, policy: ContentSecurityPolicy, isFramed: Bool) -> HTTPFields {
        // Sites with a Cross-Origin-Embedder-Policy can frame only pages that have one too.
        let embedding = isFramed ? [("Cross-Origin-Embedder-Policy", "require-corp")] : []
        let headers =
            embedding + [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Language", language.tag),
                ("Vary", "Accept-Language"),
                ("Content-Security-Policy", policy.value),
                ("Referrer-Policy", "no-referrer"),
                ("Cache-Control", "no-store"),
                ("X-Robots-Tag", "noindex, nofollow"),
                ("X-Content-Type-Options", "nosniff"),
                ("Cross-Origin-Opener-Policy", "same-origin"),
                ("Cross-Origin-Resource-Policy", isFramed ? "cross-origin" : "same-origin"),
                ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
            ]
        return HTTPFields(
            headers.compactMap { name, value in HTTPField.Name(name).map { HTTPField(name: $0, value: value) } }
        )
    }
}
