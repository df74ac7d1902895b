import NIOCore
import Testing

@testable import NPSServer

@Suite("The parts of a body")
struct BodyPartsTests {
    @Test("parts of one read are passed on as one, in their order")
    func joined() {
        var parts = BodyParts()
        let isTaken = ["a", "", "bc", "d"].map { parts.add(ByteBuffer(string: $0)) }
        #expect(isTaken == [true, true, true, true])
        let taken = [parts.take(), parts.take()]
        #expect(taken == [ByteBuffer(string: "abcd"), nil])
        let isNextTaken = parts.add(ByteBuffer(string: "e"))
        #expect(isNextTaken)
        let next = parts.take()
        #expect(next == ByteBuffer(string: "e"))
    }

    @Test(
        "chunks of one byte end soon, those of a usual size never",
        arguments: [(1, false), (8, false), (64, true), (16_384, true)]
    )
    func bounded(size: Int, isTaken: Bool) {
        var parts = BodyParts()
        let part = ByteBuffer(repeating: UInt8(ascii: "x"), count: size)
        let taken = (0..<10_000).prefix { _ in
            defer { _ = parts.take() }
            return parts.add(part)
        }.count
        #expect((taken == 10_000) == isTaken)
        if !isTaken { #expect(taken <= BodyParts.free * 2) }
    }

    @Test("each request has its own")
    func requests() {
        var parts = BodyParts()
        for _ in 0..<3 {
            parts.begin()
            let areTaken = (0..<BodyParts.free).allSatisfy { _ in parts.add(ByteBuffer(string: "x")) }
            #expect(areTaken)
            _ = parts.take()
        }
    }
}
