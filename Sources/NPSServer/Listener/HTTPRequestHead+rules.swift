import NIOHTTP1
import NPSModel

extension HTTPRequestHead {
    /// The head as the rest of the server expects it.
    ///
    /// - `Connection: close` in one spelling: its words have no case (RFC 9110 §7.6.1). Requests of HTTP/1.0 get it, as
    ///   their clients expect (RFC 9112 §9.3): lynx and w3m read until the end.
    /// - No `Expect` in HTTP/1.0, which has no interim answers (RFC 9110 §10.1.1).
    /// - No `Host`, so that `RequestLimits` refuses the request, where its head contradicts RFC 9112; such a connection
    ///   closes.
    var normalized: HTTPRequestHead {
        var head = self
        guard version != .http1_0 else {
            // HTTP/1.0 doesn't need one.
            if headers["host"].count != 1 { head.headers.replaceOrAdd(name: "host", value: "") }
            head.headers.remove(name: "expect")
            // Also when the client asks to keep the connection: the server may always decline.
            head.headers.replaceOrAdd(name: "connection", value: "close")
            return head
        }
        if !isWellFormed {
            head.headers.remove(name: "host")
            head.headers.replaceOrAdd(name: "connection", value: "close")
        } else if asksToClose {
            head.headers.replaceOrAdd(name: "connection", value: "close")
        }
        return head
    }

    private var asksToClose: Bool {
        headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
    }

    /// Exactly one host (RFC 9112 §3.2), `*` only for OPTIONS (§3.2.4), a transfer coding where the header is given
    /// (§6.1).
    private var isWellFormed: Bool {
        let hosts = headers["host"]
        guard hosts.count == 1, let host = hosts.first, Self.isHost(host) else { return false }
        guard uri != "*" || method == .OPTIONS else { return false }
        return headers["transfer-encoding"].allSatisfy { !$0.allSatisfy { $0 == " " || $0 == "\t" } }
    }

    /// `uri-host [ ":" port ]` (RFC 9110 §7.2), never empty, and without a comma: two hosts in one line are none.
    private static func isHost(_ text: String) -> Bool {
        let isLiteral = text.hasPrefix("[")
        let end = isLiteral ? text.firstIndex(of: "]").map { text.index(after: $0) } : text.firstIndex(of: ":")
        if isLiteral, end == nil { return false }
        let (host, rest) = (text[..<(end ?? text.endIndex)], text[(end ?? text.endIndex)...])
        guard rest.isEmpty || rest.first == ":" && rest.dropFirst().utf8.allSatisfy(\.isASCIIDigit) else {
            return false
        }
        guard !isLiteral else { return IPAddress(host.dropFirst().dropLast()) != nil }
        return !host.isEmpty
            && host.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "-._~%!$&'()*+;=".utf8.contains($0) }
    }
}
