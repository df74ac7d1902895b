import Foundation
import NPSModel
import NPSQueue
import TestSupport
import Testing

@Suite("The figures of a queue")
struct FiguresTests {
    @Test("are those of the status, with the size of what is stored", arguments: Engine.sealing)
    func figures(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue({ $0.diskReserve = 1_000 }) { queue in
            _ = try await queue.accept([try submission(1), try submission(2)], quarantining: [draft("wrong")])
            let figures = await queue.figures()
            #expect(figures.status == (try await queue.status()))
            #expect(figures.status?.pending == 2 && figures.status?.quarantine?.sources.count == 1)
            #expect(figures.uncommitted == 0)
            let parts = engine == .sqlite ? ["file", "log"] : ["tables"]
            #expect(figures.databaseBytes.keys.sorted() == parts)
            for part in parts { #expect(try #require(figures.databaseBytes[part]) > 4_096) }
            #expect((figures.disk?.reserve == 1_000) == (engine == .sqlite))
            #expect((figures.disk?.free ?? 0 > 1_000) == (engine == .sqlite))
        }
    }

    @Test("what the file system says is there while the database says nothing")
    func closed() async throws {
        let fixture = try QueueFixture()
        let queue = try fixture.open()
        await queue.close()
        let figures = await queue.figures()
        #expect(figures.status == nil)
        #expect(figures.disk != nil && figures.databaseBytes["file"] ?? 0 > 0)
    }

    @Test("a transaction counts once, with what came in by it, and other work not at all", arguments: Engine.allCases)
    func commits(engine: Engine) async throws {
        let (fixture, metrics) = (try QueueFixture(engine), RecordedMetrics())
        try await fixture.withQueue({ $0.metrics = metrics }) { queue in
            _ = try await queue.claim(limit: 1)
            #expect(metrics.all("nps_queue_commit").isEmpty)
            _ = try await queue.accept([try submission(1), try submission(2)], quarantining: [draft("wrong")])
            await metrics.wait(until: ["nps_queue_commit_submissions"], reach: 3)
            #expect(metrics["nps_queue_commit_submissions"] == 3)
            #expect(metrics["nps_queue_commit_duration_seconds"] > 0)
        }
    }
}
