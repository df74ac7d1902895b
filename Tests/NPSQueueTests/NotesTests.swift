import NPSModel
import NPSQueue
import Testing

@Suite("Notes on what was cut")
struct NotesTests {
    private static let note = FieldProblem(field: "comment", message: "was cut at 10,000 characters")

    private func noted(_ number: Int, score: Int = 9) throws -> Submission {
        var response = try submission(number, score: score).response
        response.notes = [Self.note]
        return Submission(response)
    }

    @Test("they are shown before and after delivery, and belong to the present content", arguments: Engine.allCases)
    func shown(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        let first = try noted(1)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([first, submission(2)])
            #expect(try await queue.show(first.response.id)?.notes == [Self.note])
            #expect(try await queue.show(submission(2).response.id)?.notes == nil)
            _ = try await queue.accept([first])
            try await deliverAll(queue)
        }
        try await fixture.withQueue { queue in
            #expect(try await queue.show(first.response.id)?.notes == [Self.note])
            _ = try await queue.accept([submission(1, score: 3)])
            #expect(try await queue.show(first.response.id)?.notes == nil)
            _ = try await queue.accept([noted(1, score: 4)])
            #expect(try await queue.show(first.response.id)?.notes == [Self.note])
        }
    }

    @Test("a trace is among them, and goes with the response to whoever sends it", arguments: Engine.allCases)
    func traced(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        let trace = TraceContext.new()
        var first = try noted(1)
        first.trace = trace
        let (traced, plain) = (first, try submission(2))
        try await fixture.withQueue { queue in
            _ = try await queue.accept([traced, plain])
            let kept = FieldProblem(field: "traceparent", message: trace.header)
            #expect(try await queue.show(traced.response.id)?.notes == [Self.note, kept])
            let claims = try await queue.claim(limit: 10, order: .oldest)
            let traces = Dictionary(uniqueKeysWithValues: claims.map { ($0.response.id, $0.trace) })
            #expect(traces == [traced.response.id: trace, plain.response.id: nil])
        }
    }

    @Test("an erased response has none", arguments: Engine.allCases)
    func erased(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let first = try noted(1)
            _ = try await queue.accept([first])
            #expect(try await queue.erase([first.response.id]) == 1)
            #expect(try await queue.show(first.response.id)?.notes == nil)
        }
    }
}
