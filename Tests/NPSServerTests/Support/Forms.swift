import HTTPTypes
import HummingbirdTesting
import NIOCore

extension TestClientProtocol {
    /// - Parameter address: the client's, as a proxy tells it; nil for no proxy.
    func get(
        _ path: String,
        _ method: HTTPRequest.Method = .get,
        from address: String? = nil
    ) async throws -> TestResponse {
        try await executeRequest(uri: path, method: method, headers: forwarded(for: address), body: nil)
    }

    /// Sends a form as a browser does.
    func submit(_ form: String, to path: String, from address: String? = nil) async throws -> TestResponse {
        var headers = forwarded(for: address)
        headers[.contentType] = "application/x-www-form-urlencoded"
        return try await executeRequest(uri: path, method: .post, headers: headers, body: ByteBuffer(string: form))
    }

    private func forwarded(for address: String?) -> HTTPFields {
        var fields = HTTPFields()
        if let address, let name = HTTPField.Name("X-Forwarded-For") { fields[name] = address }
        return fields
    }
}
