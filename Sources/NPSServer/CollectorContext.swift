import Hummingbird
import NIOCore

/// What a request carries along: Hummingbird's own, and the connection it came by.
struct CollectorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The other end of the connection; nil for a Unix socket.
    var peer: IPAddress? {
        channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
    }
}
