import HTTPTypes
import Hummingbird
import NIOCore
import NPSModel
import NPSSurvey

/// The pages for people: the open form and the personal one.
struct PageRoutes: Sendable {
    let survey: SurveyRoutes
    let links: LinkRoutes

    func add(to router: some RouterMethods<CollectorContext>) {
        survey.add(to: router)
        links.add(to: router)
    }

    /// The forms that are opened most, answered by their connections themselves: `/survey`, `/survey/NAME`, `/s/TOKEN` and
    /// `/s/TOKEN/SCORE`, with nothing in the address that needs decoding and without a query.
    ///
    /// - Parameters:
    ///   - peer: the other end of the connection.
    ///   - basePath: of the public address; empty or `/a/b`.
    func direct(_ head: HTTPRequest, from peer: Peer, below basePath: String) -> DirectRoute? {
        guard head.method == .get, let path = head.path, path.utf8.count <= RequestLimits.uri,
            !head.headerFields.contains(.contentLength)
        else { return nil }
        let prefix = DirectRoutes.prefix(of: path, basePath: basePath)
        guard let segments = Self.segments(of: path, below: prefix), let first = segments.first else { return nil }
        switch (first, segments.count) {
        case ("survey", 1):
            return route(prefix + "/survey") { survey.show(Self.request(head), survey.standard, from: peer) }
        case ("survey", 2):
            guard let named = survey.surveys?.current.survey(named: segments[1]) else { return nil }
            return route(prefix + "/survey/{name}") { survey.show(Self.request(head), named, from: peer) }
        case ("s", 2):
            return route(prefix + "/s/{token}") {
                await links.show(Self.request(head), token: segments[1], score: nil, from: peer)
            }
        case ("s", 3) where segments[2] != "thanks":
            return route(prefix + "/s/{token}/{score}") {
                await links.show(Self.request(head), token: segments[1], score: segments[2], from: peer)
            }
        default: return nil
        }
    }

    private func route(_ template: String, _ respond: @escaping @Sendable () async -> HTTPAnswer) -> DirectRoute {
        DirectRoute(template: template, work: .reading { _, _ in await respond() })
    }

    private static func request(_ head: HTTPRequest) -> Request {
        Request(head: head, body: RequestBody(buffer: ByteBuffer()))
    }

    /// What stands between the slashes below the prefix; nil where something is empty or needs decoding, or at another
    /// address.
    private static func segments(of path: String, below prefix: String) -> [String]? {
        let bytes = Array(path.utf8)
        guard bytes.starts(with: prefix.utf8), bytes.dropFirst(prefix.utf8.count).first == slash else { return nil }
        var segments: [String] = []
        var start = prefix.utf8.count + 1
        for index in start...bytes.count {
            guard index == bytes.count || bytes[index] == slash else {
                guard isPlain(bytes[index]) else { return nil }
                continue
            }
            guard index > start else { return nil }
            segments.append(String(decoding: bytes[start..<index], as: UTF8.self))
            start = index + 1
        }
        return segments
    }

    private static let slash = UInt8(ascii: "/")

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
