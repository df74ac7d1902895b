/// Where something belongs in a trace that several programs write together: W3C Trace Context, level 1
/// (https://www.w3.org/TR/trace-context-1/).
package struct TraceContext: Sendable, Hashable {
    /// 32 digits, the same in all of a trace.
    package let traceID: String
    /// 16 digits: the part of the trace that this is, or that caused this.
    package let spanID: String
    /// Whether somebody records the trace.
    package let isSampled: Bool

    /// Reads the header `traceparent`; nil for one that isn't valid. Of later versions, what this one knows is read (§4.3).
    package init?(_ header: some StringProtocol) {
        let bytes = Array(header.utf8)
        guard bytes.count >= Self.length, let version = Self.digits(bytes[0..<2]), version != "ff",
            bytes.count == Self.length || version != "00" && bytes[Self.length] == Self.hyphen,
            [2, 35, 52].allSatisfy({ bytes[$0] == Self.hyphen }),
            let trace = Self.digits(bytes[3..<35]), let span = Self.digits(bytes[36..<52]),
            let flags = Self.digits(bytes[53..<55]).flatMap({ UInt8($0, radix: 16) }),
            trace.contains(where: { $0 != "0" }), span.contains(where: { $0 != "0" })
        else { return nil }
        self.init(traceID: trace, spanID: span, isSampled: flags & 1 == 1)
    }

    private init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// A trace that begins here. That it is recorded is for others to decide.
    package static func new() -> TraceContext {
        TraceContext(traceID: newID() + newID(), spanID: newID(), isSampled: false)
    }

    /// Another part of the same trace.
    package func next() -> TraceContext {
        TraceContext(traceID: traceID, spanID: Self.newID(), isSampled: isSampled)
    }

    /// As the header `traceparent` has it.
    package var header: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    /// Of `00-TRACE-SPAN-FLAGS`.
    private static let length = 55
    private static let hyphen = UInt8(ascii: "-")

    /// Nil unless all are hexadecimal digits in lower case.
    private static func digits(_ bytes: ArraySlice<UInt8>) -> String? {
        let isHexadecimal = bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return isHexadecimal ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// 16 digits, never all zero.
    private static func newID() -> String {
        let text = String(UInt64.random(in: 1 ... .max), radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}
