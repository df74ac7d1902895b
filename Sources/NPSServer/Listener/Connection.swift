/// What is known of a connection's other end once the connection is ready for requests, and fixed from then on. The
/// requests of HTTP/1.1 and the streams of HTTP/2 all see the same.
struct Connection: Sendable {
    let peer: Peer

    /// One of which nothing is known.
    static let unknown = Connection(peer: .unknown)

    /// The one that the current task serves.
    @TaskLocal static var current = unknown
}
