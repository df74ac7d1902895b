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
