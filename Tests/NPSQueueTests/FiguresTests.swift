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
            let (figures, storage) = (await queue.figures(), await queue.storageFigures())
            var status = try await queue.status()
            // When a collector was last seen moves on between the two questions.
            status.leadership = figures.status?.leadership
            #expect(figures.status == status)
            #expect(figures.status?.pending == 2 && figures.status?.quarantine?.sources.count == 1)
            #expect(queue.uncommitted == 0)
            guard engine == .sqlite else {
                #expect(try #require(figures.tableBytes) > 4_096)
                #expect(storage.disk == nil && storage.fileBytes.isEmpty)
                return
            }
            #expect(figures.tableBytes == nil && storage.fileBytes.keys.sorted() == ["file", "log"])
            #expect(storage.fileBytes.values.allSatisfy { $0 > 4_096 })
            let disk = try #require(storage.disk)
            #expect(disk.reserve == 1_000 && disk.free > 1_000 && disk.size > disk.free)
        }
    }

    @Test("what the file system says is there while the database says nothing")
    func closed() async throws {
        let fixture = try QueueFixture()
        let queue = try fixture.open()
        await queue.close()
        #expect(await queue.figures().status == nil)
        let storage = await queue.storageFigures()
        #expect(storage.disk != nil && storage.fileBytes["file"] ?? 0 > 0)
    }

    @Test(
        "what kept the last write from being stored is known until one is, a full disk for a while longer",
        arguments: FaultyDisk.Fault.allCases
    )
    func lastWrite(fault: FaultyDisk.Fault) async throws {
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1)])
            #expect(queue.lastWriteProblem == nil)
            FaultyDisk.arm(fault, atCall: 1, lasting: true, in: fixture.directory)
            let error = await #expect(throws: QueueError.self) { _ = try await queue.accept([try submission(2)]) }
            #expect((error == .diskFull) == (fault == .full))
            #expect(queue.lastWriteProblem == error)
            _ = FaultyDisk.disarm(in: fixture.directory)
            try await queue.probe()
            #expect(queue.lastWriteProblem == (fault == .full ? .diskFull : nil))
            fixture.clock.advance(by: 10)
            try await queue.probe()
            #expect(queue.lastWriteProblem == nil)
        }
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
