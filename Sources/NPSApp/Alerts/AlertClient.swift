import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import PlanhatAPI

/// Posts messages to the receiver. It follows no redirect, waits no longer than its limits, and reads nothing of an answer
/// but its head.
struct AlertClient: Sendable {
    /// From the first byte of a request to the head of its answer, connecting included.
    static let timeLimit: Duration = .seconds(10)

    private let http: HTTPClient

    init() {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.timeout.connect = .seconds(5)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connections. Call it once, after the last request.
    func shutdown() async {
        try? await http.shutdown()
    }

    /// - Parameter url: of the receiver.
    func post(_ content: AlertRequest, to url: String) async -> AlertOutcome {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "nps-collector")
        // What the answer has beside its head isn't read, so that the connection is of no more use.
        request.headers.add(name: "Connection", value: "close")
        for header in content.headers { request.headers.add(name: header.name, value: header.value) }
        request.body = .bytes(ByteBuffer(bytes: content.body))
        do {
            let response = try await http.execute(request, timeout: TimeAmount(Self.timeLimit))
            let retryAfter = response.headers.first(name: "Retry-After").flatMap {
                RetryAfter.seconds($0, now: Date())
            }
            return AlertOutcome(status: Int(response.status.code), retryAfter: retryAfter)
        } catch {
            return .failed(Self.failure(error))
        }
    }

    private static func failure(_ error: any Error) -> AlertOutcome.Failure {
        switch error {
        case is NIOSSLError, is NIOSSLExtraError: .untrusted
        case let error as HTTPClientError where [.deadlineExceeded, .readTimeout, .writeTimeout].contains(error): .late
        default: .unreachable
        }
    }
}
