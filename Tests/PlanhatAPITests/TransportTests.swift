import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import NPSModel
import StubAPI
import TestSupport
import Testing

@testable import PlanhatAPI

@Suite("Transport", .hangGuard)
struct TransportTests {
    private func create(_ reply: StubReply) async throws -> PlanhatError? {
        try await conversing(reply) { client, _ in
            await failure { () async throws(PlanhatError) in try await client.create(.sample()) }
        }
    }

    private func list(_ reply: StubReply) async throws -> PlanhatError? {
        try await conversing(reply) { client, _ in
            await failure { () async throws(PlanhatError) in try await client.list(ListQuery()) }
        }
    }

    static let broken: [StubReply] = [
        .end, .reset, .closing("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
        .closing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"), .closing("nonsense\r\n\r\n"),
        .closing("HTTP/1.1 200"),
    ]

    @Test("a connection that breaks after the request leaves open whether a write was applied", arguments: broken)
    func brokenWrite(reply: StubReply) async throws {
        #expect(try await create(reply)?.disposition == .ambiguous)
    }

    @Test("a read may be tried again", arguments: broken)
    func brokenRead(reply: StubReply) async throws {
        #expect(try await list(reply)?.disposition == .retry)
    }

    @Test(
        "the time limit covers the whole answer, head and body",
        arguments: [
            StubReply.silence, .unfinished("HTTP/1.1 200 OK\r\n"),
            .unfinished("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
            .unfinished("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"_id\":"),
        ]
    )
    func timeout(reply: StubReply) async throws {
        var limit = Duration.milliseconds(100)
        var isSent = false
        while !isSent {
            // On a busy machine the limit may end before the request is out, which shows nothing.
            limit *= 2
            isSent = try await conversing(reply, timeout: limit) { client, stub in
                let error = await failure { () async throws(PlanhatError) in try await client.create(.sample()) }
                guard !stub.requests.isEmpty else { return false }
                #expect(error == .ambiguous("no complete answer within the time limit"))
                return true
            }
        }
    }

    @Test("a bulk upsert gets more time for more items")
    func bulkTimeout() {
        #expect(Operation.create.timeout(.seconds(30)) == .seconds(30))
        #expect(Operation.upsert(items: 5_000).timeout(.seconds(30)) == .seconds(80))
    }

    @Test("the kernel gives up what is not acknowledged within the time limit")
    func kernelTimeLimit() async throws {
        try await StubServer.run([.end]) { stub in
            let group = MultiThreadedEventLoopGroup.singleton
            let channel = try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: stub.port).get()
            try await PlanhatClient.limitSending(channel, to: .seconds(30)).get()
            let option = ChannelOptions.Types.SocketOption(level: .tcp, name: PlanhatClient.userTimeout)
            #expect(try await channel.getOption(option).get() == 30_000)
            try? await channel.close()
        }
    }

    @Test("nobody listening means nothing was sent, and is known at once")
    func refusedConnection() async throws {
        // Nobody waits for a time limit here: it is a day.
        let error = try await UnansweredPort.runClosed { port in
            try await withClient(of: "http://127.0.0.1:\(port)") { client in
                await failure { () async throws(PlanhatError) in try await client.create(.sample()) }
            }
        }
        #expect(error?.disposition == .retry)
    }

    @Test("a redirect is not followed, and the token goes nowhere else", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        let strangers = try await StubServer.run([.json(200, #"{"_id":"a"}"#)]) { stranger async throws in
            let elsewhere = StubReply.answer(status, headers: [("Location", stranger.url + "/nps")])
            let errors = [try await create(elsewhere), try await list(elsewhere)]
            #expect(errors.map { $0?.disposition } == [.paused, .paused])
            return stranger.requests
        }
        #expect(strangers.isEmpty)
    }

    @Test("a compressed answer is not unpacked: nobody asked for one")
    func compressed() async throws {
        let reply = StubReply.answer(200, headers: [("Content-Encoding", "gzip")], body: "\u{1f}~\u{8}~~")
        #expect(try await create(reply)?.disposition == .ambiguous)
    }

    @Test("an answer longer than any of the API's is not read to its end")
    func tooLong() async throws {
        let reply = StubReply.unfinished("HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n[")
        #expect(try await list(reply)?.disposition == .retry)
        #expect(try await create(reply)?.disposition == .ambiguous)
    }

    @Test("a long list is read")
    func longList() async throws {
        let record = #"{"_id":"5a2692f1","npsId":"5f3bc3ef","email":"ana@example.com","nps":9,"npsComment":"Fast"}"#
        let body = "[" + Array(repeating: record, count: 10_000).joined(separator: ",") + "]"
        let records = try await conversing(.json(200, body)) { client, _ in try await client.list(ListQuery()) }
        #expect(records.count == 10_000)
    }

    @Test("a certificate that is not trusted stops everything")
    func untrustedCertificate() async throws {
        let error = try await StubServer.run([.end], tls: try SelfSignedCertificate.serverContext()) { stub in
            try await withClient(of: "https://localhost:\(stub.port)") { client in
                await failure { () async throws(PlanhatError) in try await client.create(.sample()) }
            }
        }
        guard case .refused(.tls, let sentence, _)? = error else {
            Issue.record("not refused: \(String(describing: error))")
            return
        }
        #expect(sentence.contains("certificate"))
    }

    @Test("where no TLS is spoken nothing was sent")
    func plainTextServer() async throws {
        let (error, requests) = try await StubServer.run([.end]) { stub in
            let error = try await withClient(of: "https://127.0.0.1:\(stub.port)") { client in
                await failure { () async throws(PlanhatError) in try await client.create(.sample()) }
            }
            return (error, stub.requests)
        }
        #expect(error?.disposition == .retry)
        #expect(requests.isEmpty)
    }

    @Test(
        "what the HTTP client throws is sorted by whether a write can have been applied",
        arguments: [
            (HTTPClientError.connectTimeout, .retry), (HTTPClientError.tlsHandshakeTimeout, .retry),
            (HTTPClientError.getConnectionFromPoolTimeout, .retry), (HTTPClientError.alreadyShutdown, .retry),
            (HTTPClientError.readTimeout, .ambiguous), (HTTPClientError.writeTimeout, .ambiguous),
            (HTTPClientError.remoteConnectionClosed, .ambiguous), (HTTPClientError.cancelled, .ambiguous),
            (NIOSSLError.uncleanShutdown, .ambiguous), (NIOSSLError.unableToValidateCertificate, .paused),
            (NIOSSLError.handshakeFailed(.zeroReturn), .retry), (NIOSSLExtraError.failedToValidateHostname, .paused),
            (IOError(errnoCode: 104, reason: "read"), .ambiguous), (ChannelError.eof, .ambiguous),
            (IOError(errnoCode: ECONNREFUSED, reason: "connection reset (error set)"), .ambiguous),
            (IOError(errnoCode: EHOSTUNREACH, reason: "read(descriptor:pointer:size:)"), .ambiguous),
            (IOError(errnoCode: ENETUNREACH, reason: "write(descriptor:pointer:size:)"), .ambiguous),
            (IOError(errnoCode: EADDRNOTAVAIL, reason: "connection reset (error set)"), .ambiguous),
            (CancellationError(), .ambiguous), (PlanhatError.notFound, .rejected),
        ] as [(any Error & Sendable, PlanhatError.Disposition)]
    )
    func sorted(error: any Error & Sendable, disposition: PlanhatError.Disposition) {
        let sorted = TransportFailure.sorted(error, isWrite: true, wasConnected: true)
        #expect(sorted.disposition == disposition)
    }

    @Test(
        "an error of the kernel is taken for a connection that couldn't be opened only where there was none",
        arguments: [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL]
    )
    func unreachable(code: Int32) {
        let error = IOError(errnoCode: code, reason: "connection reset (error set)")
        for (wasConnected, disposition) in [(true, PlanhatError.Disposition.ambiguous), (false, .retry)] {
            let sorted = TransportFailure.sorted(error, isWrite: true, wasConnected: wasConnected)
            #expect(sorted.disposition == disposition)
        }
    }

    @Test("where nobody answers, the host of planhat.url is named")
    func host() async throws {
        for (base, host) in [
            ("https://api.planhat.com", "api.planhat.com"), ("http://127.0.0.1:9/v1", "127.0.0.1:9"),
        ] { #expect(Endpoint.host(of: base) == host) }
        let client = try PlanhatClient(
            configuration: PlanhatClient.Configuration(baseURL: "http://127.0.0.1:1", token: "t"),
            logger: .silent
        )
        let error = await failure { () async throws(PlanhatError) in try await client.create(.sample()) }
        await client.shutdown()
        #expect(error == .notSent("the connection to 127.0.0.1:1 was refused, or there is no route"))
    }

    @Test("connections are counted from before their first request until they are closed")
    func connectionCount() async throws {
        try await StubServer.run([.end]) { stub in
            let group = MultiThreadedEventLoopGroup.singleton
            let count = ConnectionCount()
            let start = count.now
            #expect(!count.wasConnected(since: start))
            let channel = try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: stub.port).get()
            count.add(channel)
            #expect(count.wasConnected(since: start))
            let later = count.now
            #expect(count.wasConnected(since: later))
            channel.close(promise: nil)
            try await channel.closeFuture.get()
            #expect(count.wasConnected(since: start) && count.wasConnected(since: later))
            #expect(!count.wasConnected(since: count.now))
        }
    }

    @Test("a cancelled request ends at once")
    func cancelled() async throws {
        let error = try await conversing(.silence) { client, stub in
            let task = Task { await failure { () async throws(PlanhatError) in try await client.create(.sample()) } }
            await stub.wait(forRequests: 1)
            task.cancel()
            return await task.value
        }
        #expect(error?.disposition == .ambiguous)
    }
}
