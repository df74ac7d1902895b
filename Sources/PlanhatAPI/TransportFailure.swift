import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Sorts what the HTTP client throws by whether the request can have been applied.
enum TransportFailure {
    static func sorted(_ error: any Error, isWrite: Bool) -> PlanhatError {
        if error is NIOConnectionError { return .notSent("the connection was refused, or its name is unknown") }
        if let system = error as? IOError, isRefusal(system.errnoCode) {
            return .notSent("the connection was refused or found no way")
        }
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

    /// What only the opening of a connection brings; a reset can come in the middle of a request.
    private static func isRefusal(_ code: Int32) -> Bool {
        [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL].contains(code)
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
