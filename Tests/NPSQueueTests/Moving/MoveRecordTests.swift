import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("What a move takes along beside rows")
struct MoveRecordTests {
    /// Some of the numbers fill pages to the last place.
    @Test("all of it is read, in its order", arguments: Engine.allCases, [999, 1_000, 2_001])
    func pages(engine: Engine, count: Int) async throws {
        let fixture = try QueueFixture(engine)
        let cells = (0..<count).map { number in
            let tally = Tally(day: Day(rawValue: 20_000 + number / 20), score: Score.all[number % 10])
            return TallyCell(
                place: TallyCell.Place(code: TallyCode(tally), source: number % 20 < 10 ? "a" : "b"),
                count: number + 1
            )
        }
        let entries = (1...count).map { number in
            StoredAuditEntry(
                number: Int64(number),
                at: Milliseconds(fixture.clock.now),
                actor: "verb",
                action: "retry",
                subject: "\(number)",
                outcome: "done"
            )
        }
        try await fixture.withQueue { queue in
            try await queue.transact { transaction in
                try transaction.rows.add(cells)
                try transaction.rows.add(entries, through: Int64(count))
            }
            let record = try await queue.record()
            #expect(record.tallies == cells.sorted { $0.place < $1.place })
            #expect(record.audit == entries)
            #expect(record.lastAuditNumber == Int64(count))
        }
    }
}
