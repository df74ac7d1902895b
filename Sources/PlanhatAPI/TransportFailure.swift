import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Turns what the HTTP client throws into a ``PlanhatError``, by whether the request can have been applied.
enum TransportFailure {
    /// - Parameter wasConnected: there was a connection while the request was made, to it or to another.
    static func sorted(_ error: any Error, isWrite: Bool, wasConnected: Bool) -> PlanhatError {
        switch error {
        // What is thrown while the request is put together.
        case let error as PlanhatError: error
        // To a name: no address of it took a connection.
        case is NIOConnectionError: .notSent("the connection was refused, or its name is unknown")
        // To an address. With a connection the number says nothing: when a router reports the peer as unreachable, or a
        // firewall rejects its packets, the kernel ends the connection after `TCP_USER_TIMEOUT` with the same one.
        case is IOError where !wasConnected:
            .notSent("the connection was refused, or there is no route")
        case let error as NIOSSLError: tls(error) ?? uncertain("the connection broke", isWrite)
        case is NIOSSLExtraError: .refused(.tls, certificate)
        case let error as HTTPClientError: sorted(error, isWrite)
        case is NIOTooManyBytesError: uncertain("the answer is longer than any that the API gives", isWrite)
        case is CancellationError: uncertain("the wait for the answer was cancelled", isWrite)
        default: uncertain("the connection broke", isWrite)
        }
    }

    private static func sorted(_ error: HTTPClientError, _ isWrite: Bool) -> PlanhatError {
        switch error {
        case .connectTimeout: .notSent("no connection within the time limit")
        case .tlsHandshakeTimeout: .notSent("no TLS handshake within the time limit")
        case .getConnectionFromPoolTimeout: .notSent("no free connection within the time limit")
        case .alreadyShutdown: .notSent("the client has ended")
        case .deadlineExceeded, .readTimeout, .writeTimeout:
            uncertain("no complete answer within the time limit", isWrite)
        case .remoteConnectionClosed: uncertain("the connection was closed before the answer", isWrite)
        default: uncertain("the connection failed", isWrite)
        }
    }

    private static let certificate =
        "Planhat's TLS certificate is not valid: check planhat.url, the system's certificates and its clock."

    /// Nil when the connection was already in use: then the request may have arrived.
    private static func tls(_ error: NIOSSLError) -> PlanhatError? {
        switch error {
        case .handshakeFailed(let cause):
            // BoringSSL's only sign of a certificate that it doesn't trust.
            if "\(cause)".contains("CERTIFICATE_VERIFY_FAILED") { return .refused(.tls, certificate) }
            return .notSent("the TLS handshake failed")
        case .unableToValidateCertificate, .noCertificateToValidate, .cannotFindPeerIP:
            return .refused(.tls, certificate)
        default:
            return nil
        }
    }

    private static func uncertain(_ why: String, _ isWrite: Bool) -> PlanhatError {
        isWrite ? .ambiguous(why) : .notSent(why)
    }
}
