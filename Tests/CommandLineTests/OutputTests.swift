import Foundation
import Testing

@testable import nps_collector

@Suite("What verbs print")
struct OutputTests {
    private let data = Data(repeating: UInt8(ascii: "x"), count: 300_000)

    @Test("a full disk is noticed")
    func fullDisk() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        #expect(Output.failure(writing: data, to: full) == ENOSPC)
        #expect(Output.failure(writing: Data(), to: full) == nil)
    }

    @Test("a closed pipe is noticed")
    func closedPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        #expect(Output.failure(writing: data, to: pipe.fileHandleForWriting.fileDescriptor) == EPIPE)
    }

    @Test("a slow reader gets every byte, from a pipe that doesn't block as well", arguments: [false, true])
    func slowReader(isNonBlocking: Bool) async throws {
        let pipe = Pipe()
        let (reader, writer) = (pipe.fileHandleForReading, pipe.fileHandleForWriting)
        if isNonBlocking { _ = fcntl(writer.fileDescriptor, F_SETFL, O_NONBLOCK) }
        let read = Task.detached { try reader.readToEnd() }
        let failure = await Task.detached { [data] in
            Output.failure(writing: data, to: writer.fileDescriptor)
        }.value
        try writer.close()
        #expect(failure == nil)
        #expect(try await read.value == data)
    }
}
