import NPSModel
import Testing

@Suite("A trace")
struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"
    private static let valid = "00-\(trace)-\(span)-01"

    @Test("is read from the header and written as it came")
    func read() throws {
        let context = try #require(TraceContext(Self.valid))
        #expect(context.traceID == Self.trace)
        #expect(context.spanID == Self.span)
        #expect(context.isSampled)
        #expect(context.header == Self.valid)
        #expect(TraceContext("00-\(Self.trace)-\(Self.span)-00")?.isSampled == false)
        // Of the flags only one has a meaning yet.
        #expect(TraceContext("00-\(Self.trace)-\(Self.span)-fe")?.header == "00-\(Self.trace)-\(Self.span)-00")
    }

    @Test(
        "of a later version is read as far as this one goes",
        arguments: [
            ("cc-\(trace)-\(span)-01", true), ("cc-\(trace)-\(span)-01-what-comes", true),
            ("cc-\(trace)-\(span)-01.", false),
        ]
    )
    func later(header: String, isRead: Bool) {
        #expect((TraceContext(header)?.traceID == Self.trace) == isRead)
    }

    @Test(
        "that isn't valid is none",
        arguments: [
            "", "00", "ff-\(trace)-\(span)-01", "00-\(trace)-\(span)-01-x", "00-\(trace)-\(span)-1",
            "00-\(trace)-\(span)",
            "00-\(trace.uppercased())-\(span)-01", "00-00000000000000000000000000000000-\(span)-01",
            "00-\(trace)-0000000000000000-01", "00_\(trace)-\(span)-01", "00-\(trace)-\(span)-0g",
            "0x-\(trace)-\(span)-01",
            "00-\(trace)g\(span)-01-", " 00-\(trace)-\(span)-01", "00-\(trace)-\(span)-é",
        ]
    )
    func invalid(header: String) {
        #expect(TraceContext(header) == nil)
    }

    @Test("goes on with another part, or begins anew")
    func next() throws {
        let context = try #require(TraceContext(Self.valid))
        let next = context.next()
        #expect(next.traceID == Self.trace && next.isSampled)
        #expect(next.spanID != Self.span)
        let (first, second) = (TraceContext.new(), TraceContext.new())
        #expect(first.traceID != second.traceID)
        for made in [next, first, second] { #expect(TraceContext(made.header) == made) }
    }
}
