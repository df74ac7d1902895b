import HTTPTypes
import NIOCore
import NIOHTTP1
import NPSSurvey
import Testing

@testable import NPSServer

@Suite("An HTTP/2 connection under guard")
struct HTTP2GuardTests {
    private typealias Frame = TestHTTP2Connection.Frame
    private typealias Client = TestHTTP2Connection

    private enum Code {
        static let (none, protocolError, settingsTimeout, refused, cancel, calm) =
            (0, 1, 4, 7, 8, 11) as (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)
    }

    private func rules(_ change: (inout ConnectionLimits) -> Void = { _ in }) throws -> ConnectionRules {
        var limits = ConnectionLimits()
        change(&limits)
        let pages = try SurveyPages(subject: "Acme", basePath: "", publicDirectory: nil)
        return ConnectionRules(limits: limits, errorPages: ErrorPages(pages: pages, basePath: ""))
    }

    private func resets(_ frames: [Frame]) -> [UInt32: UInt32] {
        Dictionary(frames.filter { $0.kind == .reset }.map { ($0.stream, $0.code) }) { $1 }
    }

    private func goodbyes(_ frames: [Frame]) -> [Frame] { frames.filter { $0.kind == .goAway } }

    @Test("passes requests on, and answers without the fields of connections")
    func requests() throws {
        let client = try Client(try rules())
        client.send(
            Client.head(1),
            Client.head(3, "POST", isWhole: false),
            Client.body(3, "ab"),
            Client.body(3, "cd", isLast: true)
        )
        #expect(client.requests.map(\.method) == [.get, .post] && client.bodies == ["abcd"] && client.ends == 2)
        client.answer(1, .ok, [.connection: "close", .transferEncoding: "chunked", .upgrade: "x", .date: "now"])
        let frames = try client.received()
        #expect(try Client.fields(of: frames) == [[":status": "200", "date": "now"]])
        #expect(frames.last?.stream == 3 && frames.last?.flags == Frame.endOfStream && resets(frames).isEmpty)
        #expect(client.isOpen)
    }

    @Test("an answer to a request that hasn't come whole is followed by a reset without an error")
    func early() throws {
        let client = try Client(try rules())
        client.send(Client.head(1, "POST", isWhole: false))
        client.answer(0, .notFound)
        let frames = try client.received()
        #expect(frames.map(\.kind) == [.headers, .data, .reset] && resets(frames) == [1: Code.none])
        // What was on its way.
        client.send(Client.body(1, "ab"), Client.body(1, "cd", isLast: true), Client.head(3))
        #expect(client.requests.count == 2 && client.bodies.isEmpty)
        #expect(goodbyes(try client.received()).isEmpty && client.isOpen)
    }

    @Test("a client that waits to be asked for a body is asked when a handler reads it")
    func expectation() throws {
        let client = try Client(try rules())
        client.send(Client.head(1, "POST", "/survey", [("expect", "100-continue")], isWhole: false))
        #expect(try client.received().isEmpty)
        for _ in 0..<2 { client.askForBody() }
        #expect(try Client.fields(of: client.received()) == [[":status": "100"]])
    }

    @Test("a request that ends with its connection, or by a reset, isn't taken for whole", arguments: [false, true])
    func cutOff(isReset: Bool) throws {
        let client = try Client(try rules())
        client.send(Client.head(1, "POST", isWhole: false), Client.body(1, "score=1"))
        if isReset { client.send(Frame(kind: .reset, stream: 1, payload: [0, 0, 0, 8])) } else { client.close() }
        #expect(client.ends == 0)
        #expect(client.errors.map { $0 as? HTTPParserError } == [.invalidEOFState])
    }

    @Test("bodies count against the client's share, over all streams, until they are answered or reset")
    func share() throws {
        // A share is 1,024 bytes.
        let rules = try rules { $0.bodies = 8_192 }
        let client = try Client(rules)
        client.send([1, 3, 5].map { Client.head($0, "POST", isWhole: false) })
        client.send([1, 3].map { Client.body($0, String(repeating: "x", count: 500)) })
        #expect(try client.received().filter { $0.kind != .windowUpdate }.isEmpty)
        client.send(Client.body(5, String(repeating: "x", count: 500)))
        let frames = try client.received().filter { $0.kind != .windowUpdate }
        #expect(try Client.fields(of: frames).map { $0[":status"] } == ["503"])
        #expect(resets(frames) == [5: Code.none])
        // The others go on, and what is answered makes room.
        client.send(Frame(kind: .reset, stream: 1, payload: [0, 0, 0, 8]))
        client.answer(1)
        let networks = ClientNetwork.containing(try #require(IPAddress("198.51.100.1")))
        #expect(rules.budget.take(1_024, afterTaking: 0, for: networks))
    }

    @Test("a head that is too long is answered, one that is malformed ends its stream, and others go on")
    func heads() throws {
        let client = try Client(try rules())
        client.send(Client.head(1, "GET", "/", [("x", String(repeating: "a", count: 9_000))]))
        client.send(Client.head(3, "GET", "/", [("x", "a\u{B}")]))
        client.send(Client.head(5, "GET", "/", [("connection", "close")]))
        client.send(Client.head(7))
        #expect(client.requests.count == 1)
        let frames = try client.received()
        #expect(try Client.fields(of: frames).map { $0[":status"] } == ["431"])
        #expect(resets(frames) == [3: Code.protocolError, 5: Code.protocolError])
        #expect(goodbyes(frames).isEmpty && client.isOpen)
    }

    @Test("a client of malformed heads alone is cut off")
    func malformed() throws {
        let client = try Client(try rules { $0.resets = 3 })
        client.send([1, 3].map { Client.head($0, "GET", "/", [("x", "a\u{B}")]) })
        #expect(goodbyes(try client.received()).isEmpty)
        client.send(Client.head(5, "GET", "/", [("x", "a\u{B}")]))
        #expect(goodbyes(try client.received()).map(\.code) == [Code.calm])
        #expect(!client.isOpen)
    }

    @Test("streams beyond the limit are refused before the client has acknowledged it")
    func streams() throws {
        let client = try Client(try rules { $0.streams = 2 }, acknowledges: false)
        client.send([1, 3, 5].map { Client.head($0) })
        #expect(client.requests.count == 2)
        #expect(resets(try client.received()) == [5: Code.refused])
        client.answer()
        client.send(Client.head(7))
        #expect(client.requests.count == 3)
    }

    @Test("streams beyond a client's share are refused on each of its connections, until others have ended")
    func openStreams() throws {
        // A share is one.
        let rules = try rules { $0.openStreams = 8 }
        let (first, second) = (try Client(rules), try Client(rules))
        first.send(Client.head(1))
        second.send(Client.head(1))
        #expect(resets(try second.received()) == [1: Code.refused] && second.isOpen)
        first.close()
        second.send(Client.head(3))
        #expect(second.requests.count == 1)
        second.answer()
        second.send(Client.head(5))
        #expect(second.requests.count == 2)
    }

    @Test("a flood of resets, or of frames that carry nothing, ends the connection", arguments: [true, false])
    func floods(areResets: Bool) throws {
        let client = try Client(try rules { ($0.resets, $0.controlFrames) = (10, 10) })
        for stream in stride(from: 1 as UInt32, to: 51, by: 2) {
            if areResets {
                client.send(Client.head(stream), Frame(kind: .reset, stream: stream, payload: [0, 0, 0, 8]))
            } else {
                client.send(Frame(kind: .ping, payload: [0, 1, 2, 3, 4, 5, 6, 7]))
            }
        }
        #expect(!client.isOpen && client.requests.count < 20)
        #expect(goodbyes(try client.received()).map(\.code).first == Code.calm)
    }

    @Test("a body that never comes ends its stream, and then the connection; other requests are still answered")
    func slowBody() throws {
        let client = try Client(try rules())
        client.send(Client.head(1, "POST", isWhole: false))
        client.advance(by: 9)
        client.send(Client.head(3))
        _ = try client.received()
        client.advance(by: 1)
        var frames = try client.received()
        #expect(resets(frames) == [1: Code.cancel] && goodbyes(frames).map(\.last) == [0x7FFF_FFFF])
        client.advance(by: 1)
        frames = try client.received()
        #expect(goodbyes(frames).map(\.last) == [3] && client.isOpen)
        client.answer(1)
        #expect(try client.received().contains { $0.kind == .headers && $0.stream == 3 })
        #expect(!client.isOpen)
    }

    @Test("an answer that the client's window never lets out ends its stream, and then the connection")
    func closedWindow() throws {
        let client = try Client(try rules())
        client.send(Frame(kind: .settings, payload: [0, 4, 0, 0, 0, 0]))
        client.send(Client.head(1, "POST", "/survey", [("x", String(repeating: "a", count: 9_000))]))
        let frames = try client.received()
        #expect(try Client.fields(of: frames).map { $0[":status"] } == ["431"])
        #expect(!frames.contains { $0.kind == .data })
        client.advance(by: 10)
        #expect(resets(try client.received()) == [1: Code.cancel])
        client.advance(by: 1)
        #expect(!client.isOpen)
    }

    @Test("an answer that the socket never takes ends the connection, also when others are being answered")
    func fullSocket() throws {
        let client = try Client(try rules())
        client.stopTaking()
        client.send(Client.head(1))
        client.answer()
        client.advance(by: 9)
        client.send(Client.head(3))
        #expect(client.isOpen)
        client.advance(by: 1)
        #expect(!client.isOpen)
    }

    @Test(
        "a client that asks for nothing, or doesn't acknowledge the settings, is cut off after ten seconds",
        arguments: [true, false]
    )
    func silent(acknowledges: Bool) throws {
        let client = try Client(try rules(), acknowledges: acknowledges)
        client.advance(by: 9)
        #expect(client.isOpen)
        client.advance(by: 1)
        let code = acknowledges ? Code.none : Code.settingsTimeout
        #expect(goodbyes(try client.received()).map(\.code) == [code])
        #expect(!client.isOpen)
    }

    @Test("a connection may idle after its answers for as long as on HTTP/1.1")
    func idle() throws {
        let client = try Client(try rules())
        client.send(Client.head(1))
        client.answer()
        client.advance(by: 74)
        #expect(client.isOpen)
        client.advance(by: 1)
        #expect(!client.isOpen)
    }

    @Test("a listener that stops answers what is on its way, and says which request is the last")
    func drain() throws {
        let client = try Client(try rules())
        client.send(Client.head(1))
        client.drain()
        let frames = try client.received()
        #expect(goodbyes(frames).map(\.last) == [0x7FFF_FFFF] && goodbyes(frames).map(\.code) == [Code.none])
        let ping = try #require(frames.first { $0.kind == .ping })
        // It was sent before the client has read that.
        client.send(Client.head(3))
        client.send(Frame(kind: .ping, flags: Frame.acknowledgement, payload: ping.payload))
        #expect(goodbyes(try client.received()).map(\.last) == [3])
        client.send(Client.head(5))
        #expect(client.requests.count == 2)
        client.answer(0)
        #expect(client.isOpen)
        client.answer(1)
        #expect(try client.received().filter { $0.kind == .headers }.map(\.stream) == [1, 3])
        #expect(!client.isOpen)
    }

    @Test("a connection that is idle gives way to a new one of its client, one that isn't never does")
    func givingWay() throws {
        let rules = try rules { $0.connectionsPerClient = 2 }
        let (busy, idle) = (try Client(rules), try Client(rules))
        busy.send(Client.head(1))
        let third = try Client(rules)
        #expect(busy.isOpen && !idle.isOpen && third.isOpen)
        #expect(goodbyes(try idle.received()).map(\.code) == [Code.none])
        third.send(Client.head(1))
        let fourth = try Client(rules)
        fourth.send(Client.head(1))
        #expect(fourth.requests.isEmpty && busy.isOpen && third.isOpen)
    }

    @Test("a client with most of its connections open is told to end one that it uses")
    func crowded() throws {
        let rules = try rules { $0.connectionsPerClient = 1 }
        let client = try Client(rules)
        client.send(Client.head(1))
        #expect(goodbyes(try client.received()).map(\.last) == [0x7FFF_FFFF])
        client.advance(by: 1)
        #expect(goodbyes(try client.received()).map(\.last) == [1] && client.isOpen)
        client.answer()
        #expect(try client.received().map(\.kind) == [.headers, .data])
        #expect(!client.isOpen)
    }

    @Test(
        "an error of the connection ends it also when the client knows which stream is the last; one of a stream doesn't",
        arguments: [true, false]
    )
    func errorAfterGoodbye(isOfStream: Bool) throws {
        let client = try Client(try rules())
        client.send(Client.head(1, "POST", isWhole: false), Client.head(3, "POST", isWhole: false))
        client.drain()
        client.advance(by: 1)
        #expect(goodbyes(try client.received()).map(\.last) == [0x7FFF_FFFF, 3])
        let increment: [UInt8] = isOfStream ? [0, 0, 0, 0] : [0x7F, 0xFF, 0xFF, 0xFF]
        client.send(Frame(kind: .windowUpdate, stream: isOfStream ? 1 : 0, payload: increment))
        #expect(client.isOpen == isOfStream)
        guard isOfStream else { return }
        client.send(Client.body(3, "a", isLast: true))
        client.answer(1)
        #expect(try client.received().contains { $0.kind == .headers && $0.stream == 3 })
        #expect(!client.isOpen)
    }

    @Test("malformed heads are counted by the half minute")
    func malformedSlowly() throws {
        let client = try Client(try rules { $0.resets = 3 })
        for stream in [1, 5, 9, 13] as [UInt32] {
            client.send(Client.head(stream, "GET", "/", [("x", "a\u{B}")]))
            client.advance(by: 5)
            // What keeps the connection open.
            client.send(Client.head(stream + 2))
            client.answer(client.requests.count - 1)
            client.advance(by: 11)
        }
        #expect(client.isOpen)
    }

    @Test("a client that sends no more gets the answers to what has come whole, and the connection ends")
    func inputClosed() throws {
        let client = try Client(try rules())
        client.send(Client.head(1), Client.head(3, "POST", isWhole: false))
        client.closeInput()
        #expect(client.errors.count == 1 && client.isOpen)
        client.answer(0)
        #expect(try client.received().contains { $0.kind == .headers && $0.stream == 1 })
        #expect(!client.isOpen)
        let idle = try Client(try rules())
        idle.closeInput()
        #expect(!idle.isOpen)
    }

    @Test("leaves nothing behind: neither connections, nor bodies")
    func books() throws {
        let rules = try rules { ($0.connectionsPerClient, $0.bodies) = (1, 8_192) }
        for _ in 0..<3 {
            let client = try Client(rules)
            client.send(Client.head(1, "POST", isWhole: false), Client.body(1, String(repeating: "x", count: 1_000)))
            #expect(client.requests.count == 1)
            client.close()
        }
        let networks = ClientNetwork.containing(try #require(IPAddress("198.51.100.1")))
        #expect(rules.budget.take(1_024, afterTaking: 0, for: networks))
    }
}
