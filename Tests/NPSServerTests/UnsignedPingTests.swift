import HTTPTypes
import HummingbirdTesting
import NIOCore
import NPSModel
import NPSQueue
import Testing

@testable import NPSServer

@Suite("An unsigned ping")
struct UnsignedPingTests {
    private static let file = "preset: formbricks\nunsigned_ping: {event: testEndpoint}\n"

    @Test("the object that the operator named is ignored kindly without a signature; everything else is refused")
    func ping() async throws {
        let collector = try CollectorFixture(files: ["formbricks": Self.file])
        try await collector.publicly { client async throws in
            func post(_ body: String, to name: String) async throws -> TestResponse {
                try await client.executeRequest(
                    uri: "/webhooks/" + name,
                    method: .post,
                    headers: [.contentType: "application/json"],
                    body: ByteBuffer(string: body)
                )
            }
            let ping = try await post(#"{"event": "testEndpoint"}"#, to: "formbricks")
            #expect(ping.status == .ok)
            #expect(ping.text == #"{"status":"ignored","ids":[]}"#)
            for body in [#"{"event":"responseFinished","data":{}}"#, #"{"event":"testEndpoint","data":{}}"#] {
                #expect(try await post(body, to: "formbricks").status == .unauthorized)
            }
            #expect(try await post(#"{"event":"testEndpoint"}"#, to: "standard").status == .unauthorized)
        }
        let status = try await collector.queue.status()
        #expect(status.accepted == 0)
        #expect(status.quarantined == 0)
        await collector.end()
    }
}
