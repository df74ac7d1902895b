import AsyncHTTPClient
import NIOPosix
import NIOSSL

/// Sorts what the HTTP client throws by whether the request can have been applied.
enum TransportFailure {
    static func sorted(_ error: any Error, isWrite: Bool) -> PlanhatError {
        if error is NIOConnectionError { return .notSent("the connection was refused, or its name is unknown") }
        if let ssl = error as? NIOSSLError { return tls(ssl) }
        guard let error = error as? HTTPClientError else {
            return uncertain("the connection broke", isWrite)
        }
        switch error {
        case .connectTimeout: return .notSent("no connection within the time limit")
        case .tlsHandshakeTimeout: return .notSent("no TLS handshake within the time limit")
        case .getConnectionFromPoolTimeout: return .notSent("no free connection")
        case .deadlineExceeded, .readTimeout: return uncertain("no complete answer within the time limit", isWrite)
        case .remoteConnectionClosed: return uncertain("the connection was closed before the answer", isWrite)
        default: return uncertain("the connection failed", isWrite)
        }
    }

    private static func tls(_ error: NIOSSLError) -> PlanhatError {
        guard case .handshakeFailed = error else {
            return .refused(.tls, "Planhat's TLS certificate is not valid: check planhat.url and the system's clock.")
        }
        return .refused(.tls, "The TLS handshake with Planhat failed: check planhat.url and the system's certificates.")
    }

    private static func uncertain(_ why: String, _ isWrite: Bool) -> PlanhatError {
        isWrite ? .ambiguous(why) : .notSent(why)
    }
}
