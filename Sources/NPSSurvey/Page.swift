/// One page, ready to be sent. The status is the server's to choose.
package struct Page: Sendable {
    package let html: String
    /// Every header the page needs, `Content-Type` included; each name once.
    package let headers: [(name: String, value: String)]

    init(html: String, language: Language, frameAncestors: FrameAncestors) {
        self.html = html
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Language", language.tag),
            ("Vary", "Accept-Language"),
            ("Content-Security-Policy", ContentSecurityPolicy(for: html, frameAncestors: frameAncestors).value),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
            ("X-Robots-Tag", "noindex, nofollow"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ]
    }
}
