package import NIOCore

/// What one client may take of the server before it is cut off.
package struct ConnectionLimits: Sendable {
    /// From the open connection to the first complete request head, TLS handshake included.
    package var firstHead: TimeAmount = .seconds(10)
    /// From a request's head to its last byte, however steadily the bytes come.
    package var wholeRequest: TimeAmount = .seconds(30)
    /// From a request's head to its last byte when that comes slowly: so much, and a second more for as many bytes as
    /// `bodyRate` says.
    package var slowBody: TimeAmount = .seconds(10)
    package var bodyRate = 500
    /// The longest pause of a client that makes the server hold more than a small body: so many more bytes have to come in
    /// this time, again and again.
    package var bodyPause: TimeAmount = .seconds(5)
    package var bodyProgress = 40 << 10
    /// From a request's last byte to its answer being written.
    package var answer: TimeAmount = .seconds(30)
    /// From an answer being written to the client having taken all of it: until then the kernel holds the rest, and the
    /// connection doesn't merely idle.
    package var reading: TimeAmount = .seconds(10)
    /// Between requests; longer than nginx's 60 s, so that a proxy never reuses a connection that we just closed.
    package var keepAlive: TimeAmount = .seconds(75)
    /// The same when the listener stops. Who used the connection within this time may be sending its next request, which
    /// would be lost; that one is still answered, and says that it is the last.
    package var drain: TimeAmount = .seconds(1)
    /// For a client that was answered before it had finished sending: the time to read the answer.
    package var linger: TimeAmount = .seconds(1)
    package var headerField = 8_192
    package var headerList = 16_384
    package var headerFields = 100
    /// Requests that an HTTP/2 connection may have at once.
    package var streams = 100
    /// Requests that HTTP/2 may bring at once over all connections; one client's get an eighth. Beyond it, a stream is refused,
    /// so that its client may send it again.
    package var openStreams = 8_000
    /// Streams of an HTTP/2 connection that its client resets, or that end by its errors, in the time of `frameWindow`.
    package var resets = 200
    /// Frames of an HTTP/2 connection that only make work in the time of `frameWindow`: SETTINGS, PING, PRIORITY.
    package var controlFrames = 200
    package var frameWindow: TimeAmount = .seconds(30)
    /// Errors of streams on an HTTP/2 connection that is to end.
    package var lateErrors = 10
    package var connections = 10_000
    /// Of one IPv4 address or IPv6 /64; of a /56 twice, of a /48 four times as many. Over it, the connection that idles
    /// longest is closed; above three quarters of it, connections close after their answer. Trusted proxies and Unix
    /// sockets don't count.
    package var connectionsPerClient = 100

    /// Bytes of request bodies in memory, over all connections; beyond that, or beyond its client's share, a request gets
    /// 503.
    package var bodies = 128 << 20

    package init() {}
}
