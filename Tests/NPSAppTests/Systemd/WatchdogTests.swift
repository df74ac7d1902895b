import Dispatch
import Foundation
import NIOCore
import NIOPosix
import ServiceLifecycle
import TestSupport
import Testing

@testable import NPSApp

@Suite("The watchdog", .hangGuard)
struct WatchdogTests {
    private let signs = Observed(0)
    private let rounds = Observed(0)
    private let clock = TestClock()

    private func watchdog(
        loops: MultiThreadedEventLoopGroup = .singleton,
        isWaitingForDisk: Bool = false,
        beat: @escaping @Sendable () async -> Void = {}
    ) -> Watchdog {
        var watchdog = Watchdog(
            period: .seconds(40),
            loops: Array(loops.makeIterator()),
            beat: beat,
            alive: { [signs] in signs.update { $0 += 1 } }
        )
        watchdog.isWaitingForDisk = { isWaitingForDisk }
        watchdog.now = { [clock] in clock.instant }
        watchdog.sleep = { [rounds] pause in
            #expect(pause == .seconds(10))
            rounds.update { $0 += 1 }
            // The clock doesn't move by it: the test does that.
            await Task.yield()
            try Task.checkCancellation()
        }
        return watchdog
    }

    @Test("is quiet while the event loops and the queue answer")
    func alive() async throws {
        try await withService(watchdog()) { _ in await signs.wait { $0 >= 5 } }
    }

    @Test("gets no sign while an event loop hangs, and again when it goes on")
    func hangingLoop() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        try await withService(watchdog(loops: group)) { _ in
            await signs.wait { $0 >= 2 }
            let (hangs, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let second = group.next()
            second.execute {
                hangs.signal()
                end.wait()
            }
            await wait(for: hangs)
            // One that was sent before may still come.
            let before = signs.value + 1
            await settle()
            #expect(signs.value <= before)
            end.signal()
            await signs.wait { $0 > before + 2 }
        }
        try await group.shutdownGracefully()
    }

    /// Enough turns for a watchdog that isn't held up to do many rounds.
    private func settle() async {
        for _ in 0..<10_000 { await Task.yield() }
    }

    private func wait(for semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                semaphore.wait()
                continuation.resume()
            }
        }
    }

    @Test("gives a batch of the queue's its time, but not for ever")
    func hangingQueue() async throws {
        let queue = HeldQueue()
        try await withService(watchdog(beat: { await queue.beat() })) { _ in
            await queue.hold()
            clock.advance(by: 599)
            let before = signs.value
            await signs.wait { $0 > before + 2 }
            clock.advance(by: 2)
            // A sign that was being given.
            let late = signs.value + 1
            let turns = rounds.value
            await rounds.wait { $0 > turns + 5 }
            #expect(signs.value <= late)
            await queue.letGo()
            await signs.wait { $0 > late + 2 }
        }
    }

    @Test("waits for a disk for as long as that takes")
    func slowDisk() async throws {
        let queue = HeldQueue()
        try await withService(watchdog(isWaitingForDisk: true, beat: { await queue.beat() })) { _ in
            await queue.hold()
            clock.advance(by: 86_400)
            let before = signs.value
            await signs.wait { $0 > before + 2 }
            await queue.letGo()
        }
    }

    @Test(
        "knows a thread that waits for a disk",
        arguments: [("7 (nps) D 1 7", "D"), ("7 (a) D) S 1", "S"), ("7 (nps) R 1", "R"), ("nothing", nil)]
    )
    func threadState(stat: String, state: Character?) {
        #expect(DiskWait.state(in: Data(stat.utf8)) == state?.asciiValue)
    }

    @Test("finds no such thread where none is")
    func noDisk() {
        // The test's own threads may be at a disk for a moment, but not always.
        #expect((0..<1_000).contains { _ in !DiskWait.isAny })
    }
}

/// A queue whose answers a test can hold back.
private actor HeldQueue {
    private var isHeld = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func beat() async {
        guard isHeld else { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    /// Returns when one is held back.
    func hold() async {
        isHeld = true
        while waiting.isEmpty { await Task.yield() }
    }

    func letGo() {
        isHeld = false
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
