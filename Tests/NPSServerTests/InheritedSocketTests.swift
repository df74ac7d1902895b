import Foundation
import TestSupport
import Testing

@testable import NPSServer

@Suite("A socket that was passed to the process")
struct InheritedSocketTests {
    @Test("is described by its address, and other programs don't get it")
    func listening() throws {
        let socket = try ListeningSocket()
        let inherited = try InheritedSocket(socket.descriptor, name: "public")
        #expect(inherited.address == "127.0.0.1:\(socket.port)")
        #expect(inherited.port == socket.port)
        #expect(!inherited.isUnixSocket)
        #expect(fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test("that is a Unix socket has a path and no port")
    func unix() throws {
        let directory = try TemporaryDirectory()
        let socket = try UnixSocket(UnixSocketFile(directory.path("s")))
        defer { close(socket.descriptor) }
        let inherited = try InheritedSocket(socket.descriptor, name: "public")
        #expect(inherited.address == directory.path("s"))
        #expect(inherited.port == nil)
        #expect(inherited.isUnixSocket)
    }

    private func problem(_ descriptor: CInt) -> String? {
        do throws(ServerError) {
            _ = try InheritedSocket(descriptor, name: "public")
            return nil
        } catch {
            return error.description
        }
    }

    @Test("is refused with what to do when it is none that can be used")
    func unusable() throws {
        let bound = try ListeningSocket(isListening: false)
        let datagrams = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        let file = open("/dev/null", O_RDONLY)
        defer {
            close(datagrams)
            close(file)
        }
        for (descriptor, reason) in [
            (bound.descriptor, "doesn't listen"), (datagrams, "is no stream socket"), (file, "is no socket"),
            (9_999, "isn't open"),
        ] {
            let said = problem(descriptor)
            #expect(said?.contains(reason) == true, "\(said ?? "nothing")")
            #expect(said?.contains("ListenStream=") == true)
        }
    }
}
