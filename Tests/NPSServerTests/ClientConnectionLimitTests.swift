import NIOCore
import Synchronization
import Testing

@testable import NPSServer

@Suite("How many connections a client may have open")
struct ClientConnectionLimitTests {
    /// Numbers of the connections that gave way, in order.
    private final class Closed: Sendable {
        private let numbers = Mutex<[Int]>([])

        var all: [Int] { numbers.withLock { $0 } }

        func add(_ number: Int) { numbers.withLock { $0.append(number) } }
    }

    private let closed = Closed()
    private let clients = ClientConnectionLimit(
        limit: 4,
        proxies: TrustedProxies([AddressRange("10.0.0.1")].compactMap(\.self))
    )

    private func at(_ seconds: Int) -> NIODeadline { .uptimeNanoseconds(UInt64(1 + seconds) * 1_000_000_000) }

    private func admit(_ number: Int, _ address: String? = "198.51.100.1") -> ClientConnectionLimit.Admission? {
        clients.admit(Peer(testing: address), at: at(number)) { [closed] in closed.add(number) }
    }

    @Test("over the limit the connection that idles longest gives way")
    func longestIdle() throws {
        let connections = try (0..<4).map { try #require(admit($0)) }
        connections[0].idles(since: nil)
        connections[1].idles(since: at(9))
        #expect(admit(10) != nil)
        #expect(closed.all == [2])
        #expect(admit(11) != nil)
        #expect(closed.all == [2, 3])
        // What gave way leaves once more when it is closed.
        clients.leave(connections[2])
        #expect(admit(12) != nil)
        #expect(closed.all == [2, 3, 1])
    }

    @Test("while all are busy a further one is refused, and of another client admitted")
    func busy() throws {
        let connections = try (0..<4).map { try #require(admit($0)) }
        for connection in connections { connection.idles(since: nil) }
        #expect(admit(4) == nil)
        #expect(closed.all.isEmpty)
        #expect(admit(5, "198.51.100.2") != nil)
        clients.leave(connections[0])
        #expect(admit(6) != nil)
    }

    @Test("a client with more than three quarters of its connections open is crowded")
    func crowded() throws {
        let connections = try (0..<4).map { try #require(admit($0)) }
        #expect(clients.isCrowded(connections[0]))
        clients.leave(connections[3])
        #expect(!clients.isCrowded(connections[0]))
    }

    @Test(
        "the addresses of a /64 count as one client, a /56 as two and a /48 as four",
        arguments: [(64, 4), (56, 8), (48, 16)]
    )
    func networks(length: Int, limit: Int) throws {
        for number in 0..<40 {
            let address =
                switch length {
                case 64: "2001:db8:1:1::\(number)"
                case 56: "2001:db8:1:1\(String(16 + number, radix: 16))::1"
                default: "2001:db8:1:\(String(256 * number, radix: 16))::1"
                }
            let connection = admit(number, address)
            connection?.idles(since: nil)
            #expect((connection != nil) == (number < limit))
        }
        #expect(admit(41, "2001:db8:2::1") != nil)
    }

    @Test("all clients without an address count as one")
    func unknown() throws {
        let connections = try (0..<4).map { try #require(admit($0, "")) }
        for connection in connections { connection.idles(since: nil) }
        #expect(admit(4, "") == nil)
        #expect(admit(5) != nil)
    }

    @Test("proxies and Unix sockets are not counted", arguments: ["10.0.0.1", nil])
    func uncounted(address: String?) throws {
        let connections = try (0..<20).map { try #require(admit($0, address)) }
        #expect(closed.all.isEmpty)
        #expect(!clients.isCrowded(connections[0]))
    }
}
