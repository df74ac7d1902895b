import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NPSModel
import NPSQueue
import NPSWebhooks
import TestSupport
import Testing

@testable import NPSServer

@Suite("POST /webhooks/standard")
struct WebhookRoutesTests {
    private let body = #"{"id":"r1","email":"ana@example.com","score":9,"comment":"Fast"}"#

    @Test("a signed response is accepted, again it is unchanged, edited it is updated")
    func lifecycle() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            let id = ResponseID(source: "standard", providerID: "r1")
            let first = try await client.webhook(body)
            #expect(first.status == .ok)
            #expect(first.text == #"{"status":"accepted","ids":["\#(id)"]}"#)
            #expect(try await client.webhook(body).json()["status"] == .string("unchanged"))
            let edited = body.replacing("9", with: "3")
            #expect(try await client.webhook(edited).json()["status"] == .string("updated"))
        }
        #expect(try await collector.queue.status().accepted == 1)
        await collector.end()
    }

    @Test("a wrong signature, an old one and none are 401, and nothing is kept")
    func unauthorized() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            for headers in [
                CollectorFixture.signed(body + " "), CollectorFixture.signed(body, age: 360),
                CollectorFixture.signed(body, age: -360),
                [.contentType: "application/json"],
            ] as [HTTPFields] {
                let response = try await client.webhook(body, headers: headers)
                #expect(response.status == .unauthorized)
                #expect(response.headers[.contentType] == "application/problem+json")
            }
        }
        let status = try await collector.queue.status()
        #expect(status.accepted == 0)
        #expect(status.quarantined == 0)
        await collector.end()
    }

    @Test("the log says whose delivery was refused and why, and nothing that was received")
    func refusalsInTheLog() async throws {
        let collector = try CollectorFixture()
        let logs = RecordedLogs(level: .info)
        let router = PublicListener.routes(collector.dependencies, logger: .silent).router
        try await Connection.$current.withValue(Connection(peer: Peer(testing: "127.0.0.1"))) {
            try await Application(router: router, logger: logs.logger).test(.live) { client in
                #expect(try await client.webhook(body).status == .ok)
                #expect(try await client.webhook(body, headers: CollectorFixture.signed("")).status == .unauthorized)
                let wrong = #"{"id":"canary","email":"canary","score":11}"#
                #expect(try await client.webhook(wrong).status == .unprocessableContent)
                let unknown = try await client.execute(uri: "/webhooks/canary", method: .post) { $0.status }
                #expect(unknown == .notFound)
            }
        }
        let lines = logs.lines.filter { $0.contains("a webhook delivery") }
        try #require(lines.count == 3, "\(lines)")
        #expect(!lines.joined().contains("canary"))
        for line in lines.prefix(2) { #expect(line.contains("standard")) }
        #expect(lines[0].contains("401") && lines[0].contains("The signature does not match"))
        #expect(lines[1].contains("422") && lines[1].contains("email") && lines[1].contains("score"))
        #expect(lines[2].contains("isn't configured: give webhooks.NAME.secrets"))
        await collector.end()
    }

    @Test("a delivery that is too large is counted as every other, by what it announces and by what it has")
    func tooLarge() async throws {
        let collector = try CollectorFixture()
        let count = #"nps_webhook_deliveries_total{source="standard",status="413"}"#
        try await collector.overConnections { port async throws in
            let fields = CollectorFixture.signed("").map { "\($0.name): \($0.value)" }
            func send(_ framing: String, _ body: String) async throws -> String {
                let head = ["POST /webhooks/standard HTTP/1.1", "Host: a", framing] + fields + ["", ""]
                return try await RawConnection(port: port).converse(head.joined(separator: "\r\n") + body)
            }
            let announced = try await send("Content-Length: \(WebhookRoutes.bodyLimit + 1)", "")
            #expect(announced.hasPrefix("HTTP/1.1 413 "))
            #expect(collector.metrics.text().contains(count + " 1\n"))
            let chunk = "10000\r\n\(String(repeating: "x", count: 65_536))\r\n"
            let grown = try await send("Transfer-Encoding: chunked", String(repeating: chunk, count: 17))
            #expect(grown.hasPrefix("HTTP/1.1 413 "))
            #expect(collector.metrics.text().contains(count + " 2\n"))
        }
        await collector.end()
    }

    @Test("an authentic payload with wrong fields is 422, names them without values, and waits in quarantine once")
    func invalid() async throws {
        let collector = try CollectorFixture()
        let wrong = #"{"id":"r1","email":"canary at example","score":11}"#
        try await collector.publicly { client async throws in
            for _ in 0..<2 {
                let response = try await client.webhook(wrong)
                #expect(response.status == .unprocessableContent)
                #expect(!response.text.contains("canary"))
                let errors = try response.json()["errors"]
                guard case .array(let list) = errors else { throw InvalidResponse([]) }
                #expect(list.map { $0["field"] } == [.string("email"), .string("score")])
            }
        }
        #expect(try await collector.queue.status().quarantined == 1)
        await collector.end()
    }

    @Test("of several responses the good are accepted, the bad quarantined, and the answer names both")
    func mixed() async throws {
        let collector = try CollectorFixture()
        let batch = #"[{"id":"a","email":"ana@example.com","score":1},{"id":"b","email":"bo@example.com","score":"x"}]"#
        try await collector.publicly { client async throws in
            let answer = try await client.webhook(batch).json()
            #expect(answer["ids"] == .array([.string(ResponseID(source: "standard", providerID: "a").rawValue)]))
            guard case .array(let errors)? = answer["errors"] else { throw InvalidResponse([]) }
            #expect(errors.map { $0["field"] } == [.string("[1].score")])
        }
        let status = try await collector.queue.status()
        #expect(status.accepted == 1)
        #expect(status.quarantined == 1)
        await collector.end()
    }

    @Test("an authentic body that can't be parsed is 422 and waits in quarantine, byte for byte")
    func unparseable() async throws {
        let collector = try CollectorFixture()
        let latin1 = try #require(body.replacing("Fast", with: "Größe").data(using: .isoLatin1))
        let bodies = [Data("{not json".utf8), Data(), Data("score=9".utf8), latin1]
        try await collector.publicly { client async throws in
            for body in bodies {
                let response = try await client.webhook(Array(body), CollectorFixture.signed(bytes: Array(body)))
                #expect(response.status == .unprocessableContent)
                guard case .array(let errors)? = try response.json()["errors"] else { throw InvalidResponse([]) }
                #expect(errors.map { $0["field"] } == [.string("body")])
            }
        }
        var kept: [Data?] = []
        for entry in try await collector.queue.quarantine() {
            kept.append(try await collector.queue.quarantineEntry(entry.id)?.body)
        }
        #expect(Set(kept) == Set(bodies))
        #expect(try await collector.queue.status().accepted == 0)
        await collector.end()
    }

    @Test("a body that can't be parsed is 400 and not kept where nothing is signed")
    func unparseableUnsigned() async throws {
        let name = "plain-k3v9q2x7m4t8z1b6"
        let collector = try CollectorFixture(files: [name: "signature: {kind: none}\nmapping: .\n"])
        try await collector.publicly { client async throws in
            #expect(try await client.webhook("{", headers: [:], to: "/webhooks/\(name)").status == .badRequest)
        }
        #expect(try await collector.queue.status().quarantined == 0)
        await collector.end()
    }

    @Test("a charset is believed wherever it is stated, and kept with a payload in quarantine")
    func charsets() async throws {
        let collector = try CollectorFixture()
        @Sendable func latin1(_ score: String) throws -> [UInt8] {
            let text = body.replacing("Fast", with: "Größe").replacing("9", with: score)
            return Array(try #require(text.data(using: .isoLatin1)))
        }
        try await collector.publicly { client async throws in
            let name: HTTPField.Name = .contentEncoding
            for (score, field, value) in [
                ("8", HTTPField.Name.contentType, "application/json; charset=ISO-8859-1"), ("7", name, "ISO-8859-1"),
                ("6", name, "windows-1252"), ("11", name, "windows-1252"),
            ] {
                let body = try latin1(score)
                var headers = CollectorFixture.signed(bytes: body)
                headers[field] = value
                let status = try await client.webhook(body, headers).status
                #expect(status == (score == "11" ? .unprocessableContent : .ok))
            }
        }
        let item = try await collector.queue.show(ResponseID(source: "standard", providerID: "r1"))
        #expect(item?.comment == "Größe" && item?.score == 6)
        #expect(try await collector.queue.quarantine().map(\.contentType) == ["application/json; charset=windows-1252"])
        await collector.end()
    }

    @Test(
        "a body in a coding that changes it is 415, whatever its case and place",
        arguments: [
            "gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "compress", "utf-8, gzip", "gzip,br", "identity , br",
        ]
    )
    func codings(coding: String) async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            var headers = CollectorFixture.signed(body)
            headers[.contentEncoding] = coding
            #expect(try await client.webhook(body, headers: headers).status == .unsupportedMediaType)
            for harmless in ["utf-8", "identity", "UTF-16", "us-ascii", "iso-8859-15", ""] {
                headers[.contentEncoding] = harmless
                #expect(try await client.webhook(body, headers: headers).status == .ok)
            }
        }
        await collector.end()
    }

    @Test("an unknown source 404, a body over 1 MiB 413, a compressed one 415")
    func refusals() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            #expect(try await client.webhook(body, to: "/webhooks/nobody").status == .notFound)
            let large = String(repeating: "x", count: WebhookRoutes.bodyLimit + 1)
            #expect(try await client.webhook(large).status == .contentTooLarge)
            var compressed = CollectorFixture.signed(body)
            compressed[.contentEncoding] = "gzip"
            #expect(try await client.webhook(body, headers: compressed).status == .unsupportedMediaType)
            let long = "/webhooks/standard?" + String(repeating: "x", count: RequestLimits.uri)
            #expect(try await client.webhook(body, to: long).status == .uriTooLong)
        }
        await collector.end()
    }

    @Test("a full queue is 503 with a time to come back, not the sender's fault")
    func full() async throws {
        let collector = try CollectorFixture(waitingLimit: 1)
        try await collector.publicly { client async throws in
            #expect(try await client.webhook(body).status == .ok)
            let second = #"{"id":"r2","email":"bo@example.com","score":2}"#
            let response = try await client.webhook(second)
            #expect(response.status == .serviceUnavailable)
            #expect(response.headers[.retryAfter].flatMap(Int.init).map { $0 > 0 } == true)
        }
        await collector.end()
    }

    @Test(
        "a GET that carries answers is refused, so that the tool doesn't believe it delivered",
        arguments: [
            "id=60&email=ana%40example.com&score=9", "token=x&response%5Bid%5D=60&response%5Bsurvey_data%5D=1", "NPS=9",
        ]
    )
    func answersInQuery(query: String) async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            func ask(_ query: String, _ method: HTTPRequest.Method) async throws -> TestResponse {
                let uri = "/webhooks/standard?" + query
                return try await client.executeRequest(uri: uri, method: method, headers: [:], body: nil)
            }
            for method in [HTTPRequest.Method.get, .head] {
                let response = try await ask(query, method)
                #expect(response.status == .methodNotAllowed)
                #expect(response.headers[.allow] == "POST")
            }
            for query in ["token=x", "hub.challenge=5", "validationToken=abc"] {
                #expect(try await ask(query, .get).status == .ok)
            }
        }
    }

    @Test("a comment that is too long doesn't hold up the score, and the answer and the queue say that it was cut")
    func longComment() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            let long = body.replacing("Fast", with: String(repeating: "ü", count: 10_001))
            let response = try await client.webhook(long)
            #expect(response.status == .ok)
            let id = ResponseID(source: "standard", providerID: "r1")
            let note = #"{"field":"comment","message":"was cut at 10,000 characters"}"#
            #expect(response.text == #"{"status":"accepted","ids":["\#(id)"],"notes":[\#(note)]}"#)
            let item = try await collector.queue.show(id)
            #expect(item?.notes?.map(\.description) == ["comment was cut at 10,000 characters"])
            #expect(item?.comment?.count == 10_000)
            let edited = body.replacing("9", with: "3")
            #expect(try await client.webhook(edited).text == #"{"status":"updated","ids":["\#(id)"]}"#)
            #expect(try await collector.queue.show(id)?.notes == nil)
        }
    }

    @Test("GET and HEAD answer 200 for a configured source and record nothing")
    func handshake() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            for method in [HTTPRequest.Method.get, .head] {
                let known = try await client.executeRequest(
                    uri: "/webhooks/standard",
                    method: method,
                    headers: [:],
                    body: nil
                )
                #expect(known.status == .ok)
                let unknown = try await client.executeRequest(
                    uri: "/webhooks/x",
                    method: method,
                    headers: [:],
                    body: nil
                )
                #expect(unknown.status == .notFound)
            }
        }
        await collector.end()
    }

    @Test("no other method is 404 for a source or a form, with and without the base path: 405 says what it takes")
    func methods() async throws {
        let collector = try CollectorFixture(publicURL: "https://nps.example.com/a/b")
        try await collector.publicly { client async throws in
            for (path, allowed) in [
                ("/s/x", "GET, HEAD, POST"), ("/s/x/9", "GET, HEAD"), ("/a/b/s/x/thanks", "GET, HEAD"),
                ("/a/b/survey/thanks", "GET, HEAD"),
            ] {
                let response = try await client.executeRequest(uri: path, method: .put, headers: [:], body: nil)
                #expect(response.status == .methodNotAllowed, "\(path)")
                #expect(response.headers[.allow] == allowed)
            }
            for path in ["/webhooks/standard", "/a/b/webhooks/standard", "/survey", "/a/b/survey"] {
                for method in [HTTPRequest.Method.put, .patch, .delete, .options, .trace] {
                    let response = try await client.executeRequest(uri: path, method: method, headers: [:], body: nil)
                    #expect(response.status == .methodNotAllowed, "\(method) \(path)")
                    #expect(response.headers[.allow] == "GET, HEAD, POST")
                    #expect(response.headers[.contentType] == "application/problem+json")
                }
                for method in [HTTPRequest.Method.get, .head] {
                    let response = try await client.executeRequest(uri: path, method: method, headers: [:], body: nil)
                    #expect(response.status == .ok)
                }
            }
            let unknown = try await client.executeRequest(uri: "/webhooks/x", method: .put, headers: [:], body: nil)
            #expect(unknown.status == .notFound)
        }
        await collector.end()
    }

    @Test("whatever is wrong with a delivery to a configured source, the answer is neither 404 nor 410")
    func neverGone() async throws {
        let collector = try CollectorFixture()
        let large = String(repeating: "a", count: (1 << 20) + 1)
        let deliveries = [
            (body, "application/json"), (body, "text/xml"), (body, "multipart/form-data"), (body, ""), ("", ""),
            ("{", "application/json"), ("[]", "application/json"), ("null", "application/json"), (large, "text/plain"),
            (body.replacing("9", with: "11"), "application/json"),
        ]
        try await collector.publicly { client async throws in
            for path in ["/webhooks/standard", "/webhooks/standard/", "//webhooks//standard?x=1"] {
                for (body, type) in deliveries {
                    var signed = CollectorFixture.signed(body)
                    signed[.contentType] = type
                    for headers in [signed, [.contentType: type]] {
                        let status = try await client.webhook(body, headers: headers, to: path).status
                        #expect(status != .notFound && status != .gone, "\(path) \(type)")
                    }
                }
            }
        }
        await collector.end()
    }

    @Test("a first delivery that comes again after an edit of the same time changes nothing, said anew it does")
    func lateDelivery() async throws {
        let collector = try CollectorFixture()
        let first = body.replacing("}", with: #","answeredAt":"2026-02-03T10:00:05Z"}"#)
        let edit = first.replacing(":9,", with: ":3,")
        try await collector.publicly { client async throws in
            for (body, id, status) in [
                (first, "1", "accepted"), (edit, "2", "updated"), (first, "1", "unchanged"), (first, "3", "updated"),
                (edit, "2", "unchanged"),
            ] {
                let response = try await client.webhook(body, headers: CollectorFixture.signed(body, id: id))
                #expect(try response.json()["status"] == .string(status))
            }
        }
        await collector.end()
    }

    @Test("counts which secret a delivery is signed with, by its place and never by its text")
    func secretMatches() async throws {
        let old = Data(repeating: 7, count: 32)
        let secrets = [CollectorFixture.secret, "whsec_" + old.base64EncodedString()]
        let collector = try CollectorFixture(secrets: secrets)
        try await collector.publicly { client async throws in
            #expect(try await client.webhook(body).status == .ok)
            for id in ["m1", "m2"] {
                #expect(
                    try await client.webhook(body, headers: CollectorFixture.signed(body, id: id, key: old)).status
                        == .ok
                )
            }
            let stranger = Data(repeating: 1, count: 32)
            let refused = try await client.webhook(body, headers: CollectorFixture.signed(body, key: stranger))
            #expect(refused.status == .unauthorized)
        }
        let lines = collector.metrics.text().split(separator: "\n")
            .filter { $0.hasPrefix("nps_webhook_secret_matches_total") }
        #expect(
            lines == [
                #"nps_webhook_secret_matches_total{source="standard",secret="1"} 1"#,
                #"nps_webhook_secret_matches_total{source="standard",secret="2"} 2"#,
            ]
        )
        await collector.end()
    }

    @Test("a payload that was erased is not kept again, and the answer says so")
    func erasedPayload() async throws {
        let collector = try CollectorFixture()
        let wrong = #"{"id":"b","email":"ana@example.com","score":11}"#
        let person = try EmailAddress("ana@example.com")
        try await collector.publicly { client async throws in
            #expect(try await client.webhook(wrong).text.contains("The payload is kept in quarantine."))
            #expect(try await collector.queue.eraseQuarantined(person, within: .seconds(60)).count == 1)
            let again = try await client.webhook(wrong)
            #expect(again.status == .unprocessableContent)
            #expect(again.text.contains("The payload was erased before and is not kept again."))
            #expect(!again.text.contains("quarantine"))
        }
        #expect(try await collector.queue.status().quarantined == 0)
        await collector.end()
    }

    @Test("a lone payload without room in the quarantine is 503, says that nothing is stored, and is logged")
    func quarantineFullForAll() async throws {
        let collector = try CollectorFixture(quarantineByteLimit: 100)
        let logs = RecordedLogs(level: .warning)
        let router = PublicListener.routes(collector.dependencies, logger: .silent).router
        try await Connection.$current.withValue(Connection(peer: Peer(testing: "127.0.0.1"))) {
            try await Application(router: router, logger: logs.logger).test(.live) { client in
                let refused = try await client.webhook("this is not JSON")
                #expect(refused.status == .serviceUnavailable)
                #expect(refused.text.contains("Nothing of it is stored."))
                #expect(!refused.text.contains("valid responses"))
            }
        }
        let lines = logs.lines.filter { $0.contains("the quarantine has no more room for this source") }
        #expect(lines.count == 1 && lines[0].contains("standard") && lines[0].hasPrefix("warning"))
        await collector.end()
    }

    @Test("with the quarantine full a delivery with anything wrong is 503, and its valid responses are stored once")
    func quarantineFull() async throws {
        let collector = try CollectorFixture(quarantineByteLimit: 1_200)
        let good = #"{"id":"a","email":"ana@example.com","score":1}"#
        try await collector.publicly { client async throws in
            let small = #"{"id":"b"}"#
            #expect(try await client.webhook(small).status == .unprocessableContent)
            let batch = #"[\#(good),{"id":"c","email":"bo@example.com","score":11}]"#
            let refused = try await client.webhook(batch, headers: CollectorFixture.signed(batch, id: "m2"))
            #expect(refused.status == .serviceUnavailable)
            #expect(refused.headers[.retryAfter] == "600")
            #expect(refused.text.contains("The quarantine is full"))
            #expect(refused.text.contains("Its valid responses are stored."))
            #expect(refused.text.contains(ResponseID(source: "standard", providerID: "a").rawValue))
            #expect(try await collector.queue.status().accepted == 1)
            let again = try await client.webhook(batch, headers: CollectorFixture.signed(batch, id: "m2"))
            #expect(again.status == .serviceUnavailable)
            #expect(try await collector.queue.status().accepted == 1)
            // What is kept already is still known by its delivery.
            #expect(try await client.webhook(small).status == .unprocessableContent)
            #expect(try await client.webhook(good, headers: CollectorFixture.signed(good, id: "m3")).status == .ok)
        }
        let status = try await collector.queue.status()
        #expect(status.accepted == 1)
        #expect(status.quarantined == 1)
        try await collector.administratively { client async throws in
            func get(_ path: String) async throws -> TestResponse {
                let token: HTTPFields = [.authorization: "Bearer " + CollectorFixture.adminToken]
                return try await client.executeRequest(uri: path, method: .get, headers: token, body: nil)
            }
            let use = try await get("/queue/status").json()["quarantine"]
            #expect(use?["limit"] == .integer(1_200))
            guard case .array(let sources)? = use?["sources"], let source = sources.first else {
                throw InvalidResponse([])
            }
            #expect(source["source"] == .string("standard") && source["entries"] == .integer(1))
            guard case .integer(let bytes)? = source["bytes"] else { throw InvalidResponse([]) }
            let metrics = try await get("/metrics").text
            #expect(metrics.contains("\nnps_quarantine_bytes{source=\"standard\"} \(bytes)\n"))
            #expect(try await get("/readyz").text.contains("standard has 1 in quarantine"))
        }
        await collector.end()
    }

    @Test("the same refused delivery is one entry that counts; another with the same body is another")
    func repetition() async throws {
        let collector = try CollectorFixture()
        let wrong = #"{"id":"r1","email":"ana@example.com","score":11}"#
        try await collector.publicly { client async throws in
            for id in ["m1", "m1", "m1", "m2"] {
                let response = try await client.webhook(wrong, headers: CollectorFixture.signed(wrong, id: id))
                #expect(response.status == .unprocessableContent)
            }
        }
        let entries = try await collector.queue.quarantine()
        #expect(entries.map(\.deliveryID) == ["m1", "m2"])
        #expect(entries.map(\.timesSeen) == [3, 1])
        await collector.end()
    }

    @Test("a source without delivery ids knows a repetition by its body")
    func repetitionByDigest() async throws {
        let name = "plain-k3v9q2x7m4t8z1b6"
        let collector = try CollectorFixture(files: [name: "signature: {kind: none}\nmapping: .\n"])
        try await collector.publicly { client async throws in
            for body in [#"{"id":"1"}"#, #"{"id":"2"}"#, #"{"id":"1"}"#] {
                let response = try await client.webhook(body, headers: [:], to: "/webhooks/\(name)")
                #expect(response.status == .unprocessableContent)
            }
        }
        #expect(try await collector.queue.quarantine().map(\.timesSeen) == [2, 1])
        await collector.end()
    }

    @Test("the name of an unsigned source is its secret: it makes the id, and is neither stored nor delivered")
    func unsignedName() async throws {
        let name = "plain-k3v9q2x7m4t8z1b6"
        let collector = try CollectorFixture(files: [name: "signature: {kind: none}\nmapping: .\n"])
        let source = try #require(collector.dependencies.sources.current.source(named: name))
        try await collector.publicly { client async throws in
            for body in [#"{"id":"1","email":"ana@example.com","score":9}"#, #"{"id":"2"}"#] {
                _ = try await client.webhook(body, headers: [:], to: "/webhooks/\(name)")
            }
        }
        let claim = try #require(try await collector.queue.claim(limit: 1).first)
        #expect(claim.response.id == ResponseID(source: name, providerID: "1"))
        #expect(claim.response.source == source.label && source.label.hasPrefix("unsigned-"))
        let entry = try #require(try await collector.queue.quarantine().first)
        #expect(entry.source == source.label)
        #expect(collector.dependencies.sources.current.source(labelled: entry.source)?.name == name)
        await collector.end()
    }

    @Test(
        "without an id, a signed delivery id tells a repetition, whatever the tool stamps anew; in a batch the content does"
    )
    func deliveryIsID() async throws {
        let collector = try CollectorFixture()
        @Sendable func body(_ second: Int) -> String {
            #"{"email":"ana@example.com","score":9,"sentAt":"2026-02-03T10:00:0\#(second)Z"}"#
        }
        try await collector.publicly { client async throws in
            var ids: [JSONValue?] = []
            for (text, delivery) in [(body(1), "m1"), (body(2), "m1"), (body(2), "m2")] {
                let response = try await client.webhook(text, headers: CollectorFixture.signed(text, id: delivery))
                #expect(response.status == .ok)
                ids.append(try response.json()["ids"])
            }
            #expect(ids[0] == ids[1] && ids[1] != ids[2])
            let batch = "[\(body(3)),\(body(4))]"
            let first = try await client.webhook(batch, headers: CollectorFixture.signed(batch, id: "m3")).json()["ids"]
            let again = try await client.webhook(batch, headers: CollectorFixture.signed(batch, id: "m4")).json()["ids"]
            #expect(first == again)
        }
        #expect(try await collector.queue.status().accepted == 4)
        await collector.end()
    }

    @Test("a mapping that fails is a 422 that keeps the payload, since that is not the sender's mistake")
    func failingMapping() async throws {
        let file = "preset: standard\nmapping: |\n  error(\"canary \" + .email)\n"
        let collector = try CollectorFixture(files: ["acme": file])
        try await collector.publicly { client async throws in
            let response = try await client.webhook(body, to: "/webhooks/acme")
            #expect(response.status == .unprocessableContent)
            #expect(!response.text.contains("canary"))
            guard case .array(let errors)? = try response.json()["errors"] else { throw InvalidResponse([]) }
            #expect(errors.map { $0["field"] } == [.string("mapping")])
        }
        let entry = try #require(try await collector.queue.quarantine().first)
        #expect(try await collector.queue.quarantineEntry(entry.id)?.body == Data(body.utf8))
        await collector.end()
    }
}
