import Foundation
import TestSupport
import Testing

@testable import NPSServer

@Suite("A Unix socket of our own")
struct UnixSocketTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path("public.sock")
    }

    /// Of the file itself, and not of what a link leads to; nil when there is none.
    private func status(_ path: String) -> [FileAttributeKey: Any]? {
        try? FileManager.default.attributesOfItem(atPath: path)
    }

    private func number(of path: String) -> Int? { status(path)?[.systemFileNumber] as? Int }

    private func error(_ file: UnixSocketFile) -> ServerError? {
        do throws(ServerError) {
            let socket = try UnixSocket(file)
            close(socket.descriptor)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "has the mode that was asked for, whatever the umask, and goes with its listener",
        arguments: [0o600, 0o660, 0o666]
    )
    func mode(mode: Int) throws {
        let socket = try UnixSocket(UnixSocketFile(path, mode: mode_t(mode)))
        defer { close(socket.descriptor) }
        let status = try #require(self.status(path))
        #expect(status[.type] as? FileAttributeType == .typeSocket)
        #expect(status[.posixPermissions] as? Int == mode)
        socket.removeFile()
        #expect(self.status(path) == nil)
    }

    @Test("is given to the group, if this user may")
    func group() throws {
        let group: gid_t = getuid() == 0 ? 33 : getgid()
        let socket = try UnixSocket(UnixSocketFile(path, group: group))
        defer { close(socket.descriptor) }
        #expect(status(path)?[.groupOwnerAccountID] as? Int == Int(group))
    }

    @Test("takes the place of one that a killed process left")
    func stale() throws {
        let first = try UnixSocket(UnixSocketFile(path))
        close(first.descriptor)
        #expect(status(path) != nil)
        let second = try UnixSocket(UnixSocketFile(path))
        close(second.descriptor)
    }

    @Test("never takes the place of one that somebody listens on")
    func taken() throws {
        let first = try UnixSocket(UnixSocketFile(path))
        defer { close(first.descriptor) }
        let inode = try #require(number(of: path))
        #expect(
            error(UnixSocketFile(path)) == .cannotListen(address: path, setting: "http.unix-socket", code: EADDRINUSE)
        )
        #expect(number(of: path) == inode)
    }

    @Test("never takes the place of a file, nor of a link, nor of what the link leads to")
    func files() throws {
        try directory.write("precious", to: "file")
        #expect(error(UnixSocketFile(directory.path("file"))) == .noSocket(path: directory.path("file")))
        let stale = try UnixSocket(UnixSocketFile(directory.path("stale")))
        close(stale.descriptor)
        for target in ["file", "stale", "nowhere"] {
            let link = directory.path("to-\(target)")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: directory.path(target))
            #expect(error(UnixSocketFile(link)) == .noSocket(path: link))
            #expect(status(link)?[.type] as? FileAttributeType == .typeSymbolicLink)
        }
        #expect(try String(contentsOfFile: directory.path("file"), encoding: .utf8) == "precious")
        #expect(status(directory.path("stale")) != nil)
        #expect(status(directory.path("nowhere")) == nil)
    }

    @Test("removes no file that has taken the place of its own")
    func replaced() throws {
        let first = try UnixSocket(UnixSocketFile(path))
        defer { close(first.descriptor) }
        unlink(path)
        let second = try UnixSocket(UnixSocketFile(path))
        defer { close(second.descriptor) }
        first.removeFile()
        #expect(status(path) != nil)
    }

    @Test("what keeps it from being opened is known before", arguments: ["missing/public.sock", "file", "long"])
    func problems(name: String) throws {
        try directory.write("mine", to: "file")
        let file = UnixSocketFile(directory.path(name == "long" ? String(repeating: "x", count: 200) : name))
        let problem = try #require(ListenAddress.unixSocket(file).problem(setting: "http.unix-socket"))
        #expect(problem == error(file))
        #expect(!problem.passes)
    }

    @Test("where it can be opened, and where somebody listens, nothing is said")
    func noProblem() throws {
        let file = UnixSocketFile(path)
        #expect(ListenAddress.unixSocket(file).problem(setting: "http.unix-socket") == nil)
        #expect(status(path) == nil)
        let socket = try UnixSocket(file)
        defer { close(socket.descriptor) }
        #expect(ListenAddress.unixSocket(file).problem(setting: "http.unix-socket") == nil)
        #expect(error(file)?.passes == true)
    }
}

@Suite("An address to listen at")
struct ListenAddressTests {
    private func problem(_ host: String, port: Int = 0) -> ServerError? {
        ListenAddress.hostname(host, port: port).problem(setting: "http.host and http.port")
    }

    @Test("is tried before, and one that is taken is none of the problems")
    func addresses() throws {
        #expect(problem("127.0.0.1") == nil)
        #expect(problem("localhost") == nil)
        // TEST-NET-1, RFC 5737.
        #expect(problem("192.0.2.77")?.passes == true)
        let taken = try ListeningSocket()
        #expect(problem("127.0.0.1", port: taken.port) == nil)
    }
}
