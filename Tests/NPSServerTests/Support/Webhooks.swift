import HTTPTypes
import HummingbirdTesting
import NIOCore

extension TestClientProtocol {
    /// - Parameter headers: those of a signed request when nil.
    func webhook(
        _ body: String,
        headers: HTTPFields? = nil,
        to path: String = "/webhooks/standard"
    ) async throws -> TestResponse {
        try await executeRequest(
            uri: path,
            method: .post,
            headers: headers ?? CollectorFixture.signed(body),
            body: ByteBuffer(string: body)
        )
    }

    func webhook(_ body: [UInt8], _ headers: HTTPFields) async throws -> TestResponse {
        try await executeRequest(
            uri: "/webhooks/standard",
            method: .post,
            headers: headers,
            body: ByteBuffer(bytes: body)
        )
    }
}
