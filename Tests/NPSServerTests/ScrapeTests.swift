import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NPSModel
import NPSQueue
import TestSupport
import Testing

@testable import NPSServer

@Suite("GET /metrics")
struct ScrapeTests {
    private let good = #"{"id":"r1","email":"ana@example.com","score":9}"#

    /// The values of the page's series by their names with labels.
    private func scrape(_ collector: CollectorFixture) async -> [String: Double] {
        var values: [String: Double] = [:]
        for line in await Scrape(collector.admin).text().split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            values[String(line[..<space])] = Double(line[line.index(after: space)...].replacing("Inf", with: "inf"))
        }
        return values
    }

    private func accepts(_ collector: CollectorFixture, _ source: String) async -> [String: Int] {
        await scrape(collector).reduce(into: [:]) { result, entry in
            guard let match = entry.key.wholeMatch(of: /nps_accepts_total\{source="(.*)",outcome="(.*)"\}/),
                match.1 == source, entry.value > 0
            else { return }
            result[String(match.2)] = Int(entry.value)
        }
    }

    @Test("what comes in is counted by source and outcome: responses one by one, and deliveries that hold none")
    func outcomes() async throws {
        let picky = "preset: standard\nmapping: select(.nps) | {id, email, score}\n"
        let collector = try CollectorFixture(files: ["picky": picky])
        let two = #"[{"id":"a","email":"ana@example.com","score":1},{"id":"b","email":"bo@example.com","score":11}]"#
        try await collector.publicly { client async throws in
            for (body, status) in [(good, 200), (good, 200), (good.replacing("9", with: "3"), 200), (two, 422)] {
                #expect(try await client.webhook(body).status.code == status)
            }
            #expect(try await client.webhook(good, headers: [:]).status == .unauthorized)
            #expect(try await client.webhook(#"{"event":"opened"}"#, to: "/webhooks/picky").status == .ok)
        }
        #expect(
            await accepts(collector, "standard")
                == ["accepted": 2, "unchanged": 1, "updated": 1, "quarantined": 1, "refused": 1]
        )
        #expect(await accepts(collector, "picky") == ["ignored": 1])
        let values = await scrape(collector)
        // What was refused isn't among them.
        #expect(values[#"nps_accept_duration_seconds_count{route="webhook"}"#] == 4)
        #expect(values[#"nps_edge_refusals_total{listener="public",cause="signature"}"#] == 1)
        await collector.end()
    }

    @Test("a source that a reload adds is there with 0 before anything comes from it")
    func reload() async throws {
        let collector = try CollectorFixture(files: ["first": "preset: standard\n"])
        let label = "unsigned-"
        // Routes that nobody has asked yet.
        let routes = PublicListener.routes(collector.dependencies, logger: .silent)
        let before = await scrape(collector)
        #expect(!before.keys.contains { $0.contains(label) })
        try collector.write("signature: {kind: none}\nmapping: .\n", to: "plain-k3v9q2x7m4t8z1b6")
        try await collector.dependencies.sources.reload()
        let values = await scrape(collector)
        for name in ["nps_accepts_total", "nps_quarantine_refused_total"] {
            #expect(values.contains { $0.key.hasPrefix("\(name){source=\"\(label)") }, "\(name)")
        }
        #expect(values.allSatisfy { !$0.key.hasPrefix("nps_accepts_total{source=\"\(label)") || $0.value == 0 })
        withExtendedLifetime(routes) {}
        await collector.end()
    }

    @Test("a scrape writes nothing")
    func writesNothing() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in _ = try await client.webhook(good) }
        let before = try #require(await collector.queue.storageFigures().fileBytes["log"])
        #expect(await scrape(collector)["nps_ready"] == 1)
        #expect(await collector.queue.storageFigures().fileBytes["log"] == before)
        try await collector.queue.probe()
        #expect(try #require(await collector.queue.storageFigures().fileBytes["log"]) > before)
        await collector.end()
    }

    @Test("too little room on the disk, and a stop, are seen although nobody asks whether the collector is ready")
    func notReady() async throws {
        let full = try CollectorFixture(diskReserve: .max)
        var values = await scrape(full)
        #expect(values["nps_ready"] == 0 && values["nps_queue_up"] == 1)
        await full.end()
        let stopping = try CollectorFixture()
        #expect(await scrape(stopping)["nps_ready"] == 1)
        stopping.dependencies.readiness.drain()
        values = await scrape(stopping)
        #expect(values["nps_ready"] == 0 && values["nps_queue_up"] == 1)
        await stopping.end()
    }

    @Test("an unsigned ping isn't counted among what came in, and is no sign of life of its source")
    func ping() async throws {
        let collector = try CollectorFixture(
            files: ["formbricks": "preset: formbricks\nunsigned_ping: {event: testEndpoint}\n"]
        )
        let name = #"nps_source_last_delivery_timestamp_seconds{source="formbricks"}"#
        let before = try #require(await scrape(collector)[name])
        collector.dependencies.activity.tally(of: "formbricks").noteDelivery(.distantPast)
        try await collector.publicly { client async throws in
            let ping = #"{"event":"testEndpoint"}"#
            #expect(try await client.webhook(ping, headers: [:], to: "/webhooks/formbricks").status == .ok)
        }
        #expect(await accepts(collector, "formbricks").isEmpty)
        #expect(await scrape(collector)[#"nps_webhook_deliveries_total{source="formbricks",status="200"}"#] == 1)
        #expect(try #require(await scrape(collector)[name]) < before)
        await collector.end()
    }

    @Test("a source's last delivery is there from the start, and is when an authentic one came, whatever it was")
    func lastDelivery() async throws {
        let collector = try CollectorFixture()
        let name = #"nps_source_last_delivery_timestamp_seconds{source="standard"}"#
        let begin = try #require(await scrape(collector)[name])
        #expect(abs(begin - Date().timeIntervalSince1970) < 3_600)
        let deliveries: [(String, HTTPFields?)] = [(good, nil), (#"{"id":"wrong"}"#, nil), (good, [:])]
        for (body, headers) in deliveries {
            collector.dependencies.activity.tally(of: "standard").noteDelivery(.distantPast)
            try await collector.publicly { client async throws in
                _ = try await client.webhook(body, headers: headers)
            }
            let last = try #require(await scrape(collector)[name])
            #expect((last == CollectorFixture.now.timeIntervalSince1970) == (headers == nil))
        }
        await collector.end()
    }

    @Test("forms are counted as survey and link, refusals too")
    func forms() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            let nonce = String(repeating: "a1", count: 16)
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9&comment=Fast"
            #expect(try await client.submit(form, to: "/survey").status == .seeOther)
            #expect(try await client.submit(form, to: "/survey").status == .seeOther)
            #expect(try await client.submit("nonce=\(nonce)", to: "/survey").status == .unprocessableContent)
        }
        #expect(await accepts(collector, "survey") == ["accepted": 1, "unchanged": 1, "refused": 1])
        #expect(await scrape(collector)[#"nps_accept_duration_seconds_count{route="survey"}"#] == 2)
        await collector.end()
    }

    @Test("how long accepting takes is told from when the whole request is there", arguments: ["webhook", "survey"])
    func slowBody(route: String) async throws {
        let collector = try CollectorFixture()
        var (path, headers) = ("/webhooks/standard", CollectorFixture.signed(good))
        var body = good
        if route == "survey" {
            (path, headers) = ("/survey", [.contentType: "application/x-www-form-urlencoded"])
            body = "nonce=\(String(repeating: "a1", count: 16))&email=ana%40example.com&score=9"
        }
        headers[.contentLength] = String(body.utf8.count)
        headers[.connection] = "close"
        headers[.expect] = "100-continue"
        let lines = ["POST \(path) HTTP/1.1", "Host: a"] + headers.map { "\($0.name): \($0.value)" } + ["", ""]
        let (head, sent) = (lines.joined(separator: "\r\n"), Observed(ContinuousClock.now))
        let text = body
        try await collector.overConnections { port in
            let answer = try await RawConnection(port: port).converse(head, then: [("100 Continue", text)]) {
                // The route has begun to read. Others are answered meanwhile, so that time passes.
                let probe = "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                for _ in 0..<20 { _ = try await RawConnection(port: port).send(probe) }
                sent.update { $0 = .now }
            }
            #expect(answer.contains(route == "survey" ? "303 See Other" : "200 OK"))
        }
        let duration = try #require(await scrape(collector)["nps_accept_duration_seconds_sum{route=\"\(route)\"}"])
        #expect(duration > 0 && Duration.seconds(duration) <= ContinuousClock.now - sent.value)
        await collector.end()
    }

    @Test("a form whose answer was erased counts as the one answer that it becomes")
    func erasedForm() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            let form = "nonce=\(String(repeating: "a1", count: 16))&email=ana%40example.com&score=9"
            #expect(try await client.submit(form, to: "/survey").status == .seeOther)
            _ = try await collector.queue.erase(EmailAddress("ana@example.com"))
            #expect(try await client.submit(form, to: "/survey").status == .seeOther)
        }
        #expect(await accepts(collector, "survey") == ["accepted": 2])
        await collector.end()
    }

    @Test("the books, what waits, the quarantine and the disk are those of the moment")
    func gauges() async throws {
        let collector = try CollectorFixture(quarantineByteLimit: 9_000, diskReserve: 1)
        try await collector.publicly { client async throws in
            _ = try await client.webhook(good)
            _ = try await client.webhook(good.replacing("r1", with: "r2"))
            _ = try await client.webhook(#"{"id":"wrong"}"#)
        }
        let claim = try #require(try await collector.queue.claim(limit: 1).first)
        try await collector.queue.settle([
            Verdict(id: claim.response.id, revision: claim.revision, outcome: .park(reason: "bad item"))
        ])
        let values = await scrape(collector)
        for (state, count) in [("pending", 1), ("sending", 0), ("delivered", 0), ("parked", 1), ("erased", 0)] {
            #expect(values["nps_queue_responses{state=\"\(state)\"}"] == Double(count))
        }
        #expect(values["nps_queue_accepted_total"] == 2 && values["nps_queue_oldest_pending_seconds"] == 0)
        #expect(values["nps_quarantine_entries{source=\"standard\"}"] == 1)
        #expect(values["nps_quarantine_limit_bytes"] == 9_000)
        #expect(values["nps_ready"] == 1 && values["nps_queue_up"] == 1 && values["nps_queue_clock_trusted"] == 1)
        #expect(try #require(values["nps_queue_disk_free_bytes"]) > 1)
        #expect(values["nps_queue_disk_reserve_bytes"] == 1)
        #expect(try #require(values["nps_queue_database_bytes{part=\"file\"}"]) > 4_096)
        #expect(values["nps_forwarding"] == nil)
        await collector.end()
    }

    @Test("while the queue says nothing, everything else is there, and the page says so")
    func queueDown() async throws {
        let collector = try CollectorFixture()
        await collector.end()
        let values = await scrape(collector)
        #expect(values["nps_ready"] == 0 && values["nps_queue_up"] == 0)
        #expect(values["nps_queue_accepted_total"] == nil && values["nps_queue_uncommitted_submissions"] == 0)
        #expect(try #require(values["nps_queue_disk_size_bytes"]) > #require(values["nps_queue_disk_free_bytes"]))
        #expect(values["nps_delivery_state{state=\"paused\"}"] == 1)
        #expect(try #require(values["process_resident_memory_bytes"]) > 1_000_000)
    }

    @Test("delivery has one state of all, and while it is paused one reason of all")
    func delivery() async throws {
        let collector = try CollectorFixture()
        for reason in ["token", "tls", nil] {
            let admin = AdminListener.Dependencies(
                queue: collector.queue,
                sources: collector.dependencies.sources,
                activity: collector.dependencies.activity,
                readiness: collector.dependencies.readiness,
                token: nil,
                delivery: {
                    DeliveryReport(
                        state: reason == nil ? "idle" : "paused",
                        sentence: "",
                        isHeldUp: false,
                        pauseReason: reason,
                        pauseReasons: ["token", "tls"]
                    )
                },
                metrics: collector.metrics,
                console: collector.admin.console
            )
            let values = await scrape(CollectorFixture(replacing: admin, in: collector))
            let states = values.filter { $0.key.hasPrefix("nps_delivery_state{") }
            #expect(states.count == 5 && states.values.reduce(0, +) == 1)
            #expect(states["nps_delivery_state{state=\"\(reason == nil ? "idle" : "paused")\"}"] == 1)
            for other in ["token", "tls"] {
                #expect(values["nps_delivery_paused_reason{reason=\"\(other)\"}"] == (other == reason ? 1 : 0))
            }
        }
        await collector.end()
    }

    @Test("what the kernel says of the process is there, and plausible")
    func process() throws {
        var page = MetricsPage()
        ProcessFigures().write(to: &page)
        var values: [String: Double] = [:]
        for line in page.text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = Double(parts[1])
        }
        #expect(values.count == 6)
        #expect(try #require(values["process_cpu_seconds_total"]) > 0)
        let (resident, virtual) = (values["process_resident_memory_bytes"], values["process_virtual_memory_bytes"])
        #expect(try #require(resident) < #require(virtual))
        #expect(try #require(values["process_open_fds"]) < #require(values["process_max_fds"]))
        let age = Date().timeIntervalSince1970 - (try #require(values["process_start_time_seconds"]))
        #expect((0..<86_400).contains(age))
    }
}
