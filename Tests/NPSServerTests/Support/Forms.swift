import HTTPTypes
import HummingbirdTesting
import NIOCore

extension TestClientProtocol {
    func get(_ path: String, _ method: HTTPRequest.Method = .get) async throws -> TestResponse {
        try await executeRequest(uri: path, method: method, headers: [:], body: nil)
    }

    /// Sends a form as a browser does.
    func submit(_ form: String, to path: String) async throws -> TestResponse {
        try await executeRequest(
            uri: path,
            method: .post,
            headers: [.contentType: "application/x-www-form-urlencoded"],
            body: ByteBuffer(string: form)
        )
    }
}
