import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import TestSupport
import Testing

@testable import NPSServer

@Suite("The names of the admin listener")
struct AdminHostsTests {
    @Test(
        "what no stranger can have needs no setting",
        arguments: [
            "", "127.0.0.1", "127.0.0.1:8081", "10.1.2.3", "[::1]", "[::1]:8081", "localhost", "LocalHost:8081",
            "localhost.", "nps.localhost", "collector", "collector-1:8081", "nps_collector", "collector.",
            "nps.internal", "a.b.internal:80",
        ]
    )
    func harmless(authority: String) {
        #expect(AdminHosts.standard.hold(authority))
    }

    @Test(
        "every other name may be a stranger's",
        arguments: [
            "evil.example", "evil.example:8081", "localhost.evil.example", "127.0.0.1.evil.example", "xlocalhost.com",
            "evil.internal.example", "nps.local", "nps.svc", "nps.svc.cluster.local", "evil%2eexample",
            "evil%2Eexample:80",
            "0x7f.1", "a..b", ".", "..", ":80", "localhost;evil.example", "evil.example.",
            "internal..", "a!b", "käse",
        ]
    )
    func foreign(authority: String) {
        #expect(!AdminHosts.standard.hold(authority))
    }

    @Test("names of the settings count, and endings where they begin with a dot")
    func given() throws {
        let hosts = try #require(
            AdminHosts(host: "Admin.Example.com", names: ["nps.svc", ".Cluster.Local", "x.example."])
        )
        for name in ["admin.example.com:8081", "NPS.svc", "nps.nps.svc.cluster.local", "x.example", "x.example.:80"] {
            #expect(hosts.hold(name), "\(name)")
        }
        for name in ["example.com", "b.admin.example.com", "a.nps.svc", "cluster.local", "xcluster.local", "y.example"]
        {
            #expect(!hosts.hold(name), "\(name)")
        }
    }

    @Test(
        "what is no name is refused as a setting",
        arguments: [
            "", ".", "*", "*.example.com", ".com", ".com.", ".internal", "a b", "http://a.example", "a.example:80",
            "a.example/x", "..example",
        ]
    )
    func mistake(name: String) {
        #expect(AdminHosts(host: "127.0.0.1", names: [name]) == nil)
    }

    @Test("a host of admin.host that is an address needs no name", arguments: ["0.0.0.0", "::", "fe80::1%eth0"])
    func address(host: String) {
        #expect(AdminHosts(host: host, names: []) != nil)
    }

    @Test("the whole listener refuses a foreign name, with a sentence that names the setting, and counts it")
    func check() async throws {
        let logs = RecordedLogs()
        let metrics = RecordedMetrics()
        let check = AdminHostCheck(
            hosts: .standard,
            refusals: AdminRefusals(factory: metrics, logger: logs.logger)
        ) { problem, _ in Response(status: problem.status, body: .init(byteBuffer: ByteBuffer(string: "a page"))) }
        let passed = try await check.answer(to: .asked("/metrics", host: "127.0.0.1:8081"))
        #expect(passed.status == .ok)
        let problem = await #expect(throws: Problem.self) {
            try await check.answer(to: .asked("/metrics", host: "evil.example"))
        }
        #expect(problem?.status == .misdirectedRequest)
        #expect(problem?.detail.contains("admin.host-names") == true)
        let shown = try await check.answer(
            to: .asked("/console/nps", host: "evil.example", ["Accept": "text/html,*/*;q=0.8"])
        )
        #expect(shown.status == .misdirectedRequest && shown.body.contentLength == 6)
        #expect(metrics["nps_admin_refusals_total host"] == 2)
        #expect(logs.lines.count == 1 && !logs.lines.joined().contains("evil"))
    }
}
