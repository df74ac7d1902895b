import Synchronization
import TestSupport
import Testing

@testable import NPSServer

@Suite("A reading that is kept")
struct KeptReadingTests {
    /// Gives 1, 2, 3 …, and nothing where it is told so.
    private final class Numbers: Sendable {
        private let last = Mutex(0)
        let isSilent = Mutex(false)

        var count: Int { last.withLock { $0 } }

        func next() -> Int? {
            let number = last.withLock { number in
                number += 1
                return number
            }
            return isSilent.withLock { $0 } ? nil : number
        }
    }

    private let numbers = Numbers()

    /// - Parameter sleep: for as long as it is kept.
    private func reading(_ sleep: @escaping @Sendable () async -> Void) -> KeptReading<Int> {
        KeptReading(for: .seconds(5), limit: .seconds(3_600), sleep: { _ in await sleep() }) { [numbers] in
            numbers.next()
        }
    }

    private let forever = AsyncStream.makeStream(of: Void.self)

    @Test("is read once for many who look, and anew when somebody says that it changed")
    func kept() async {
        let reading = reading { [stream = forever.stream] in for await _ in stream {} }
        for _ in 0..<3 { #expect(await reading.value == 1) }
        reading.forget()
        for _ in 0..<3 { #expect(await reading.value == 2) }
        #expect(numbers.count == 2)
    }

    @Test("is dropped when its time is over", .hangGuard)
    func age() async {
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        let reading = reading { for await _ in stream {} }
        #expect(await reading.value == 1)
        #expect(await reading.value == 1)
        end.finish()
        while await reading.value == 1 { await Task.yield() }
        #expect(numbers.count > 1)
    }

    @Test("isn't kept when nothing could be read")
    func silence() async {
        let reading = reading { [stream = forever.stream] in for await _ in stream {} }
        numbers.isSilent.withLock { $0 = true }
        #expect(await reading.value == nil)
        numbers.isSilent.withLock { $0 = false }
        #expect(await reading.value == 2)
        #expect(await reading.value == 2)
    }

    @Test("that was begun before a change serves nobody who asks after it", .hangGuard)
    func overtaken() async {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        let reading = KeptReading<Int>(for: .seconds(5), limit: .seconds(3_600), sleep: { _ in }) { [numbers] in
            let number = numbers.next()
            if number == 1 {
                begin.finish()
                for await _ in gate {}
            }
            return number
        }
        async let early = reading.value
        for await _ in began {}
        reading.forget()
        #expect(await reading.value == 2)
        open.finish()
        #expect(await early == 1)
        #expect(await reading.value != 1)
    }
}
