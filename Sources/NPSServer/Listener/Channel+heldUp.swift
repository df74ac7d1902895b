import Foundation
import NIOCore

extension Channel {
    /// Whether bytes that were sent wait for the other end: to be acknowledged, or to be let in at all (`tcp(7)`). False
    /// where nobody can tell, as of a Unix socket.
    var holdsUpBytes: EventLoopFuture<Bool> {
        guard let socket = self as? any SocketOptionProvider else { return eventLoop.makeSucceededFuture(false) }
        return socket.getTCPInfo().map { $0.tcpi_unacked > 0 || $0.tcpi_probes > 0 || $0.tcpi_backoff > 0 }
    }
}
