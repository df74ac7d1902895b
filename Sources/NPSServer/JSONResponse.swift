import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NPSModel

/// A value as `application/json`.
enum JSONResponse {
    static func response(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .timestamp
        return text(try encoder.encode(value), status: status)
    }

    static func text(_ json: some Sequence<UInt8>, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: json))
        )
    }
}

extension Request {
    /// A JSON body of the admin listener.
    func decodeBody<Value: Decodable>() async throws -> Value {
        let bytes = try await collectBody(upTo: 1_048_576)
        do {
            return try JSONDecoder().decode(Value.self, from: Data(bytes))
        } catch {
            throw Problem.badRequest("The body must be the JSON object that this operation takes.")
        }
    }
}
