import Foundation
import Logging
import NPSModel
import PlanhatAPI
import StubAPI
import TestSupport
import Testing

@Suite("Secrecy")
struct SecrecyTests {
    @Test("no description of a configuration or a client shows the token")
    func descriptions() async throws {
        let configuration = PlanhatClient.Configuration(baseURL: "https://api.planhat.com", token: testToken)
        let client = try PlanhatClient(configuration: configuration, logger: .silent)
        var dumped = ""
        dump(configuration, to: &dumped)
        dump(client, to: &dumped)
        dump((client, [configuration]), to: &dumped)
        for text in [
            "\(configuration)", String(reflecting: configuration), "\(client)", String(reflecting: client), dumped,
        ] {
            #expect(!text.contains(testToken))
        }
        #expect("\(configuration)".contains("https://api.planhat.com"))
        await client.shutdown()
    }

    @Test("no error entry of a bulk answer repeats the token")
    func bulkErrors() async throws {
        let body =
            #"{"created":1,"createdErrors":["Bearer \#(testToken) is odd"],"#
            + #""permissionErrors":[{"who":["token=\#(testToken)!"]}],"strangeErrors":[{"message":"\#(testToken)"}]}"#
        let result = try await conversing(.json(206, body)) { client, _ in try await client.upsert([.sample()]) }
        #expect(result.errors.count == 3)
        #expect(!"\(result)".contains(testToken))
        #expect("\(result.errors)".contains("is odd"))
    }

    /// A server that quotes all it was sent is the worst that can happen to what people wrote.
    @Test("no error repeats what was sent", arguments: [400, 401, 403, 404, 409, 413, 422, 429, 500, 503])
    func echo(status: Int) async throws {
        var draft = RecordDraft.sample()
        draft.comment = "It \"never\" worked,\nMr. Smith told me"
        draft.custom = ["phone": .string("+49 30 901820")]
        let sent = draft
        let quoted = String(decoding: sent.json.canonical, as: UTF8.self)
        for body in [
            "can't cast \(quoted) for Bearer \(testToken)", #"{"message":\#(quoted.debugDescription)}"#,
            "value '\(sent.comment ?? "")' and +49 30 901820", "ana%40example.com <ana@example.com>",
        ] {
            let error = try await conversing(.answer(status, body: body)) { client, _ in
                await failure { () async throws(PlanhatError) in try await client.create(sent) }
            }
            let text = "\(String(describing: error)) \(error?.description ?? "")"
            for secret in [testToken, "ana@", "ana%40", "never", "worked", "Smith", "901820"] {
                #expect(!text.contains(secret), "\(secret) in \(text)")
            }
        }
    }
}
