/// Where a listener binds.
package enum ListenAddress: Sendable, Hashable {
    /// Port 0 takes any free one.
    case hostname(String, port: Int)
    case unixSocket(String)
}
