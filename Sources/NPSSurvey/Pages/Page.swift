/// One page, ready to be sent. The server chooses the status.
package struct Page: Sendable {
    package let html: String
    /// All headers that the page needs, `Content-Type` included; each name once.
    package let headers: [(name: String, value: String)]

    init(html: String, language: Language, frameAncestors: FrameAncestors) {
        self.html = html
        // Sites with a Cross-Origin-Embedder-Policy can frame only pages that have one too.
        let isFramed = frameAncestors != .none
        let embedding = isFramed ? [(name: "Cross-Origin-Embedder-Policy", value: "require-corp")] : []
        headers =
            embedding + [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Language", language.tag),
                ("Vary", "Accept-Language"),
                ("Content-Security-Policy", ContentSecurityPolicy(for: html, frameAncestors: frameAncestors).value),
                ("Referrer-Policy", "no-referrer"),
                ("Cache-Control", "no-store"),
                ("X-Robots-Tag", "noindex, nofollow"),
                ("X-Content-Type-Options", "nosniff"),
                ("Cross-Origin-Opener-Policy", "same-origin"),
                ("Cross-Origin-Resource-Policy", isFramed ? "cross-origin" : "same-origin"),
                ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
            ]
    }
}
