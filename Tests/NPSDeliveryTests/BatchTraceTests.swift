import NPSModel
import NPSQueue
import Testing

@testable import NPSDelivery

@Suite("The trace of a request to Planhat")
struct BatchTraceTests {
    @Test("is that of the one response in it, and its own with several or without a trace")
    func trace() throws {
        let trace = TraceContext.new()
        var traced = try claim(1)
        traced.trace = trace
        let alone = Batch([traced], .create).trace
        #expect(alone.traceID == trace.traceID)
        #expect(alone.spanID != trace.spanID)
        #expect(Batch([traced, try claim(2)], .upsert).trace.traceID != trace.traceID)
        #expect(Batch([try claim(2)], .create).trace.traceID != trace.traceID)
    }
}
