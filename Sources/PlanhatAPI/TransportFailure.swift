import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Turns what the HTTP client throws into a ``PlanhatError``, by whether the request can have been applied.
enum TransportFailure {
    /// - Parameters:
    ///   - wasConnected: there was a connection while the request was made, to it or to another.
    ///   - host: of `planhat.url`, for the sentence.
    static func sorted(
        _ error: any Error,
        isWrite: Bool,
        wasConnected: Bool,
        host: String = "planhat.url"
    ) -> PlanhatError {
        switch error {
        // What is thrown while the request is put together.
        case let error as PlanhatError: error
        // To a name: no address of it took a connection.
        case is NIOConnectionError: .notSent("the connection to \(host) was refused, or its name is unknown")
        // To an address. With a connection the number says nothing: when a router reports the peer as unreachable, or a
        // firewall rejects its packets, the kernel ends the connection after `TCP_USER_TIMEOUT` with the same one.
        case is IOError where !wasConnected:
            .notSent("the connection to \(host) was refused, or there is no route")
        case let error as NIOSSLError: tls(error, host) ?? uncertain("the connection broke", isWrite)
        case is NIOSSLExtraError: .refused(.tls, certificate(of: host))
        case let error as HTTPClientError: sorted(error, isWrite, host)
        case is NIOTooManyBytesError: uncertain("the answer is longer than any that the API gives", isWrite)
        case is CancellationError: uncertain("the wait for the answer was cancelled", isWrite)
        default: uncertain("the connection broke", isWrite)
        }
    }

    private static func sorted(_ error: HTTPClientError, _ isWrite: Bool, _ host: String) -> PlanhatError {
        switch error {
        case .connectTimeout: .notSent("no connection to \(host) within the time limit")
        case .tlsHandshakeTimeout: .notSent("no TLS handshake with \(host) within the time limit")
        case .getConnectionFromPoolTimeout: .notSent("no free connection within the time limit")
        case .alreadyShutdown: .notSent("the client has ended")
        case .deadlineExceeded, .readTimeout, .writeTimeout:
            uncertain("no complete answer within the time limit", isWrite)
        case .remoteConnectionClosed: uncertain("the connection was closed before the answer", isWrite)
        default: uncertain("the connection failed", isWrite)
        }
    }

    private static func certificate(of host: String) -> String {
        "The TLS certificate of \(host) is not valid: check planhat.url, the system's certificates and its clock."
    }

    /// Nil when the connection was already in use: then the request may have arrived.
    private static func tls(_ error: NIOSSLError, _ host: String) -> PlanhatError? {
        switch error {
        case .handshakeFailed(let cause):
            // BoringSSL's only sign of a certificate that it doesn't trust.
            if "\(cause)".contains("CERTIFICATE_VERIFY_FAILED") {
                return .refused(.tls, certificate(of: host))
            }
            return .notSent("the TLS handshake with \(host) failed")
        case .unableToValidateCertificate, .noCertificateToValidate, .cannotFindPeerIP:
            return .refused(.tls, certificate(of: host))
        default:
            return nil
        }
    }

    private static func uncertain(_ why: String, _ isWrite: Bool) -> PlanhatError {
        isWrite ? .ambiguous(why) : .notSent(why)
    }
}
