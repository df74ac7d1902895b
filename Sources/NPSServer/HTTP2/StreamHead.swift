import HTTPTypes
import NIOHPACK

/// The head of a request that came on an HTTP/2 stream, as the rest of the server expects it. NIO has checked the
/// pseudo-fields and refused the fields that belong to connections (RFC 9113 §8.2.2).
///
/// As on HTTP/1.1 it has no host, so that `RequestLimits` refuses the request, where it names none or two, or asks for what
/// nothing here can be asked for.
struct StreamHead {
    enum Failure: Error, Equatable {
        /// It is over the limits that HTTP/1.1 has as well.
        case tooLong(isHEAD: Bool)
        /// It is no head at all (RFC 9113 §8.1.1).
        case malformed
    }

    let request: HTTPRequest

    init(_ headers: HPACKHeaders, limits: ConnectionLimits) throws(Failure) {
        try Self.check(headers, limits)
        var (method, scheme, authority, path): (String?, String?, String?, String?)
        var hosts: [String] = []
        var fields = HTTPFields()
        fields.reserveCapacity(headers.count)
        var hasLength = false
        for (text, value, _) in headers {
            guard value.utf8.allSatisfy(Self.isFieldByte) else { throw .malformed }
            switch text {
            case ":method": method = value
            case ":scheme": scheme = value
            case ":authority": authority = value
            case ":path": path = value
            case "host": hosts.append(value)
            default:
                guard let name = HTTPField.Name(text) else { throw .malformed }
                if name == .contentLength {
                    guard !hasLength else { throw .malformed }
                    hasLength = true
                }
                fields.append(HTTPField(name: name, value: value))
            }
        }
        guard let method = method.flatMap({ HTTPRequest.Method($0) }) else { throw .malformed }
        let host = Self.host(authority, hosts)
        let isTarget = path.map { Self.isTarget($0, method) } ?? false
        request = HTTPRequest(
            method: method,
            scheme: scheme,
            authority: isTarget ? host : nil,
            path: path,
            headerFields: fields
        )
    }

    private static func check(_ headers: HPACKHeaders, _ limits: ConnectionLimits) throws(Failure) {
        var (count, bytes, longest) = (0, 0, 0)
        var isHEAD = false
        for (name, value, _) in headers {
            if name.utf8.first != UInt8(ascii: ":") { count += 1 }
            bytes += name.utf8.count + value.utf8.count
            longest = max(longest, name.utf8.count, value.utf8.count)
            if name == ":method", value == "HEAD" { isHEAD = true }
        }
        if count > limits.headerFields || bytes > limits.headerList || longest > limits.headerField {
            throw .tooLong(isHEAD: isHEAD)
        }
    }

    /// The one host that is named; nil for none, or where two names differ (RFC 9113 §8.3.1).
    private static func host(_ authority: String?, _ hosts: [String]) -> String? {
        guard hosts.count <= 1, let name = authority ?? hosts.first, RequestHead.isHost(name) else { return nil }
        guard let other = hosts.first, other.lowercased() != name.lowercased() else { return name }
        return nil
    }

    private static func isTarget(_ path: String, _ method: HTTPRequest.Method) -> Bool {
        guard !path.utf8.contains(UInt8(ascii: "#")) else { return false }
        return path.utf8.first == UInt8(ascii: "/") || path == "*" && method == .options
    }

    /// As HTTP/1.1 lets through: no control character but the tab (RFC 9110 §5.5).
    private static func isFieldByte(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }
}
