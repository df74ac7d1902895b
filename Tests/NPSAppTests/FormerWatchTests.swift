import Synchronization
import Testing

@testable import NPSApp

@Suite("Collectors of other versions beside this one")
struct FormerWatchTests {
    /// - Parameters:
    ///   - minutes: in which another is there.
    ///   - expected: after how many hours the watch tells.
    @Test(
        "it is told of each hour in which one was there, and of the hour after",
        arguments: [
            ([], [1]), ([1...1], [1, 2]), ([60...60], [1, 2]), ([61...61], [1, 2, 3]), ([200...200], [1, 4, 5]),
            ([1...600], Array(1...9)),
        ] as [([ClosedRange<Int>], [Int])]
    )
    func hours(minutes: [ClosedRange<Int>], expected: [Int]) async throws {
        let minute = Mutex(0)
        var watch = FormerWatch(
            sleep: { pause in
                #expect(pause == .seconds(60))
                let isOver = minute.withLock { minute in
                    minute += 1
                    return minute > 9 * 60
                }
                if isOver { throw CancellationError() }
            },
            look: { minute.withLock { minute in minutes.contains { $0.contains(minute) } } }
        )
        var told: [Int] = []
        while (try? await watch.untilNext()) != nil { told.append(minute.withLock { $0 / 60 }) }
        #expect(told == expected)
    }
}
