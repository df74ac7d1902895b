import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1
import NPSModel

/// The head of a request as the rest of the server expects it.
///
/// - `Connection: close` in one spelling: its words have no case (RFC 9110 §7.6.1). Requests of HTTP/1.0 get it, as their
///   clients expect (RFC 9112 §9.3): lynx and w3m read until the end.
/// - No `Expect` in HTTP/1.0, which has no interim answers (RFC 9110 §10.1.1).
/// - The same where the client would like another protocol: the decoder reads no further request after that one.
/// - The host of an address in absolute form in place of `Host` (RFC 9112 §3.2.2).
/// - No host, so that `RequestLimits` refuses the request, where its head contradicts RFC 9112; such a connection closes.
struct RequestHead {
    let request: HTTPRequest

    /// Every field is looked at once.
    ///
    /// - Throws: an error of the codec's for a method that is none.
    init(_ head: HTTPRequestHead) throws {
        let isLegacy = head.version == .http1_0
        var fields = HTTPFields()
        fields.reserveCapacity(head.headers.count + 1)
        var hosts: [String] = []
        var isWellFormed = Self.isTarget(head)
        var closes = isLegacy
        var isChunked = false
        for (text, value) in head.headers {
            guard let name = HTTPField.Name(text) else { continue }
            switch name.canonicalName {
            case "host":
                hosts.append(value)
                continue
            case "connection": closes = closes || Self.asksToClose(value)
            case "expect" where isLegacy: continue
            case "transfer-encoding":
                // Another coding would be taken for the content, and HTTP/1.0 has none (RFC 9112 §6.1).
                if isLegacy || isChunked || !Self.says("chunked", value.utf8) { isWellFormed = false }
                isChunked = true
            case "upgrade": closes = true
            default: break
            }
            fields.append(HTTPField(name: name, value: value))
        }
        if !isLegacy, hosts.count != 1 || !hosts.allSatisfy(Self.isHost) { isWellFormed = false }
        let target = Self.host(in: head.uri)
        if let target, !Self.isHost(target) { isWellFormed = false }
        if closes || !isWellFormed { fields[.connection] = "close" }
        request = HTTPRequest(
            method: try HTTPRequest.Method(head.method),
            scheme: "http",
            // HTTP/1.0 doesn't need one.
            authority: !isWellFormed ? nil : target ?? (isLegacy && hosts.count != 1 ? "" : hosts.first),
            path: try Self.path(head),
            headerFields: fields
        )
    }

    /// The address without a scheme and a host, which only requests to proxies have.
    private static func path(_ head: HTTPRequestHead) throws -> String? {
        guard head.uri.utf8.first != UInt8(ascii: "/") else { return head.uri }
        return try HTTPRequest(
            HTTPRequestHead(version: .http1_1, method: .GET, uri: head.uri),
            secure: false,
            splitCookie: false
        )
        .path
    }

    /// Of an address in absolute form; nil for the others.
    private static func host(in uri: String) -> String? {
        guard uri.utf8.first != UInt8(ascii: "/") else { return nil }
        let scheme = uri.utf8.prefix { $0 != UInt8(ascii: ":") }
        let rest = uri.utf8[scheme.endIndex...]
        guard says("http", scheme) || says("https", scheme), rest.starts(with: "://".utf8) else { return nil }
        return String(Substring(rest.dropFirst(3).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }))
    }

    /// What is asked for, as far as the parser lets more through (RFC 9112 §3.2): no fragment, `*` for OPTIONS alone, and
    /// nothing for CONNECT, which is for proxies.
    private static func isTarget(_ head: HTTPRequestHead) -> Bool {
        head.method != .CONNECT && !head.uri.utf8.contains(UInt8(ascii: "#"))
            && (head.uri != "*" || head.method == .OPTIONS || head.version == .http1_0)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func asksToClose(_ value: String) -> Bool {
        value.utf8.split(separator: UInt8(ascii: ",")).contains { says("close", $0) }
    }

    /// - Parameter word: small letters; the text may have others and blanks around it.
    private static func says(_ word: String, _ text: some Collection<UInt8>) -> Bool {
        let (rest, count) = (text.drop(while: isBlank), word.utf8.count)
        guard rest.prefix(count).elementsEqual(word.utf8, by: { $0 | 0x20 == $1 }) else { return false }
        return rest.dropFirst(count).allSatisfy(isBlank)
    }

    /// `uri-host [ ":" port ]` (RFC 9110 §7.2), never empty, and without a comma: two hosts in one line are none.
    static func isHost(_ text: String) -> Bool {
        let bytes = text.utf8
        let isLiteral = bytes.first == UInt8(ascii: "[")
        let end =
            isLiteral
            ? bytes.firstIndex(of: UInt8(ascii: "]")).map { bytes.index(after: $0) }
            : bytes.firstIndex(of: UInt8(ascii: ":"))
        if isLiteral, end == nil { return false }
        let (host, rest) = (bytes[..<(end ?? bytes.endIndex)], bytes[(end ?? bytes.endIndex)...])
        guard rest.isEmpty || rest.first == UInt8(ascii: ":") && rest.dropFirst().allSatisfy(\.isASCIIDigit) else {
            return false
        }
        guard !isLiteral else { return IPAddress(Substring(host.dropFirst().dropLast())) != nil }
        return !host.isEmpty && host.allSatisfy(isHostByte)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || "-._~%!$&'()*+;=".utf8.contains(byte)
    }
}
