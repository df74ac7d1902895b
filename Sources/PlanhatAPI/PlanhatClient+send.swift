import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NPSModel
import Synchronization

extension PlanhatClient {
    /// One request, one answer of whatever status; thrown is only what kept the answer from coming.
    func send(_ operation: Operation, body: JSONValue? = nil) async throws(PlanhatError) -> APIResponse {
        let request = try request(operation, body: body)
        let deadline = NIODeadline.now() + TimeAmount(operation.timeout(timeout))
        do {
            let response = try await http.execute(request, deadline: deadline)
            note(response.headers)
            let bytes = try await collect(response.body, atMost: operation.answerLimit, by: deadline)
            logger.debug(
                "planhat answered",
                metadata: ["operation": "\(operation.name)", "status": "\(response.status.code)"]
            )
            return APIResponse(
                operation: operation,
                status: Int(response.status.code),
                contentType: response.headers.first(name: "Content-Type") ?? "",
                retryAfter: response.headers.first(name: "Retry-After"),
                body: Data(bytes.readableBytesView),
                sent: body,
                token: token
            )
        } catch {
            throw TransportFailure.sorted(error, isWrite: operation.isWrite)
        }
    }

    private func request(_ operation: Operation, body: JSONValue?) throws(PlanhatError) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: base + (try operation.path()))
        request.method = operation.method
        request.headers.add(name: "Authorization", value: "Bearer " + token)
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "nps-collector")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.canonical))
        }
        return request
    }

    /// AsyncHTTPClient's own deadline ends with the answer's head: without this one, a body that never ends would
    /// keep the caller for ever.
    private func collect(
        _ body: HTTPClientResponse.Body,
        atMost limit: Int,
        by deadline: NIODeadline
    ) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
            group.addTask { try await body.collect(upTo: limit) }
            group.addTask {
                try await Task.sleep(for: .nanoseconds((deadline - .now()).nanoseconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let bytes = try await group.next().flatMap({ $0 }) else { throw HTTPClientError.deadlineExceeded }
            return bytes
        }
    }

    private func note(_ headers: HTTPHeaders) {
        guard
            let limit = headers.first(name: "X-Rate-Limit-Limit").flatMap({ Int($0) }),
            let remaining = headers.first(name: "X-Rate-Limit-Remaining").flatMap({ Int($0) })
        else {
            // An old figure would slow everything down for as long as answers don't tell a new one.
            seen.withLock { $0 = nil }
            return
        }
        seen.withLock { $0 = RateLimit(limit: limit, remaining: remaining) }
    }
}
