import Foundation
import ServiceLifecycle
import TestSupport
import Testing

@testable import NPSServer

@Suite("A listener that stops")
struct DrainTests {
    private let request = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("closes a connection that has idled for a second, and leaves that time to others for their next request")
    func idle() throws {
        let (old, new) = (try TestConnection(ConnectionRules()), try TestConnection(ConnectionRules()))
        old.send(request)
        old.answer()
        old.advance(by: 1)
        for connection in [old, new] { connection.drain() }
        // As its clock has stood since it opened, the other is new.
        old.advance(by: 0)
        new.advance(by: 0)
        #expect(!old.isOpen && new.isOpen)
        new.advance(by: 1)
        #expect(!new.isOpen)
    }

    @Test("answers the first request of a connection that has just opened, and says that it is the last")
    func first() throws {
        let connection = try TestConnection(ConnectionRules())
        connection.drain()
        connection.send(request)
        connection.answer()
        #expect(try connection.received().contains("Connection: close\r\n"))
        #expect(connection.isOpen)
        connection.advance(by: 1)
        #expect(!connection.isOpen)
    }

    @Test("answers the request that is in flight, says that it is the last, and closes when that is written")
    func inFlight() throws {
        let connection = try TestConnection(ConnectionRules())
        connection.send(request)
        connection.drain()
        connection.advance(by: 5)
        #expect(connection.isOpen)
        connection.answer(isFlushed: false)
        #expect(connection.isOpen)
        connection.flush()
        #expect(try connection.received().contains("Connection: close\r\n"))
        #expect(!connection.isOpen)
    }

    @Test("answers all requests that came one behind the other, the last with the word")
    func pipelined() throws {
        let connection = try TestConnection(ConnectionRules())
        connection.send(request + request)
        connection.drain()
        connection.answer()
        #expect(try !connection.received().contains("Connection: close"))
        connection.answer()
        #expect(try connection.received().contains("Connection: close\r\n"))
        #expect(!connection.isOpen)
    }

    @Test("leaves what comes meanwhile to whoever has the same socket: nothing is refused, nothing is lost")
    func succession() async throws {
        let socket = try ListeningSocket()
        let collector = try CollectorFixture()
        let second = try listener(collector, socket)
        try await withService(try listener(collector, socket)) { group in
            let answer = try await RawConnection(port: socket.port).send(request)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            await group.triggerGracefulShutdown()
        }
        // Nobody accepts now, but the kernel does.
        let connection = try await RawConnection(port: socket.port)
        let waiting = Task { [request] in try await connection.send(request) }
        try await withService(second) { _ in
            let answer = try await waiting.value
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
        await collector.end()
    }

    private func listener(_ collector: CollectorFixture, _ socket: ListeningSocket) throws -> Listener {
        try PublicListener.make(
            collector.dependencies,
            addresses: [.inherited(InheritedSocket(socket.duplicate(), name: "public"))],
            tls: nil,
            logger: .silent
        )
    }

    @Test("takes connections by several sockets, and by a Unix socket whose file goes with it")
    func several() async throws {
        let (first, second) = (try ListeningSocket(), try ListeningSocket())
        let directory = try TemporaryDirectory()
        let collector = try CollectorFixture()
        let listener = try PublicListener.make(
            collector.dependencies,
            addresses: [
                .inherited(InheritedSocket(first.duplicate(), name: "public")),
                .inherited(InheritedSocket(second.duplicate(), name: "public")),
                .unixSocket(UnixSocketFile(directory.path("s"))),
            ],
            tls: nil,
            logger: .silent
        )
        try await withService(listener) { _ in
            for port in [first.port, second.port] {
                let answer = try await RawConnection(port: port).send(request)
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
            }
            let connection = try await RawConnection(path: directory.path("s"))
            let answer = try await connection.send(request)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
        #expect(!FileManager.default.fileExists(atPath: directory.path("s")))
        await collector.end()
    }
}
