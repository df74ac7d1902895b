import HTTPTypes
import Hummingbird
import NIOCore
import NPSModel

/// The pages for people: the open form and the personal one.
struct PageRoutes: Sendable {
    let survey: SurveyRoutes
    let links: LinkRoutes

    func add(to router: some RouterMethods<CollectorContext>) {
        survey.add(to: router)
        links.add(to: router)
    }

    /// The forms that are opened most, answered by their connections themselves: `/survey`, `/s/TOKEN` and
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
            return route(prefix + "/survey") { survey.show(Self.request(head)) }
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
        guard path.utf8.starts(with: prefix.utf8) else { return nil }
        let rest = path.utf8.dropFirst(prefix.utf8.count)
        guard rest.first == UInt8(ascii: "/"), rest.allSatisfy(isPlain) else { return nil }
        let segments = rest.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return segments.contains(where: \.isEmpty) ? nil : segments.map { String(Substring($0)) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || "/-._".utf8.contains(byte)
    }
}
