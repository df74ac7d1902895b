import HTTPTypes
import TestSupport
import Testing

@testable import NPSServer

@Suite("Who the client is")
struct TrustedProxiesTests {
    private func client(
        trusting ranges: [String],
        peer: String?,
        forwardedFor: [String] = [],
        forwarded: [String] = []
    ) throws -> IPAddress? {
        let proxies = TrustedProxies(try ranges.map { try #require(AddressRange($0)) })
        return proxies.client(peer: Peer(testing: peer), forwardedFor: forwardedFor, forwarded: forwarded).address
    }

    @Test("without trusted proxies no header is believed")
    func nobodyTrusted() throws {
        #expect(
            try client(trusting: [], peer: "203.0.113.9", forwardedFor: ["198.51.100.1"]) == IPAddress("203.0.113.9")
        )
    }

    @Test("a header from somebody who is no proxy is not believed")
    func untrustedPeer() throws {
        let found = try client(trusting: ["10.0.0.0/8"], peer: "203.0.113.9", forwardedFor: ["198.51.100.1"])
        #expect(found == IPAddress("203.0.113.9"))
    }

    @Test(
        "the rightmost address that is no trusted proxy is the client",
        arguments: [
            (["198.51.100.1"], "198.51.100.1"),
            (["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            (["6.6.6.6", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            (["198.51.100.1:4711"], "198.51.100.1"),
            (["\"[2001:db8::1]:4711\""], "2001:db8::1"),
            (["2001:db8::1"], "2001:db8::1"),
            (["::ffff:198.51.100.1"], "198.51.100.1"),
            (["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (["198.51.100.1, unknown"], "10.0.0.1"),
            (["198.51.100.1, "], "10.0.0.1"),
            ([], "10.0.0.1"),
        ]
    )
    func rightmost(lines: [String], expected: String) throws {
        #expect(try client(trusting: ["10.0.0.0/8"], peer: "10.0.0.1", forwardedFor: lines) == IPAddress(expected))
    }

    @Test(
        "Forwarded is read where X-Forwarded-For is absent",
        arguments: [
            (["for=198.51.100.1"], "198.51.100.1"),
            (["for=6.6.6.6, For=\"[2001:db8::1]:80\";proto=https;by=10.0.0.1"], "2001:db8::1"),
            (["for=198.51.100.1, for=_hidden"], "10.0.0.1"),
            (["proto=https"], "10.0.0.1"),
        ]
    )
    func forwarded(lines: [String], expected: String) throws {
        #expect(try client(trusting: ["10.0.0.0/8"], peer: "10.0.0.1", forwarded: lines) == IPAddress(expected))
    }

    @Test("behind a Unix socket the proxy on this machine is believed, and what stands left of the client is not")
    func unixSocket() throws {
        for trusted in [[], ["127.0.0.1"]] {
            let lines = ["6.6.6.6, 198.51.100.1"]
            #expect(try client(trusting: trusted, peer: nil, forwardedFor: lines) == IPAddress("198.51.100.1"))
            #expect(try client(trusting: trusted, peer: nil, forwardedFor: []) == nil)
        }
    }

    @Test("a peer whose address is unknown is never trusted, whatever the settings say")
    func unknown() throws {
        for ranges in [[], ["127.0.0.1"], ["0.0.0.0/0", "::/0"]] {
            let proxies = TrustedProxies(try ranges.map { try #require(AddressRange($0)) })
            #expect(!proxies.isTrusted(.unknown))
            #expect(proxies.client(peer: .unknown, forwardedFor: ["198.51.100.1"], forwarded: []) == .unknown)
        }
    }

    @Test(
        "ranges hold what their prefix says",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false), ("192.168.4.0/22", "192.168.7.255", true),
            ("192.168.4.0/22", "192.168.8.0", false), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false),
            ("fd00::/8", "fd12::1", true), ("fd00::/8", "fe80::1", false), ("10.0.0.0/8", "::ffff:10.0.0.1", true),
        ]
    )
    func ranges(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(
        "other text is no range",
        arguments: ["", "/", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "example.com", "10.0.0/8", "1/2/3"]
    )
    func noRange(text: String) {
        #expect(AddressRange(text) == nil)
    }
}

@Suite("A forwarding header of a peer that isn't trusted")
struct UntrustedForwardingTests {
    private func lines(_ headers: [String], from peers: [String?], trusted: [String] = []) -> [String] {
        let logs = RecordedLogs()
        let proxies = TrustedProxies(trusted.compactMap { AddressRange($0) })
        let forwarding = UntrustedForwarding(proxies: proxies, logger: logs.logger)
        var fields = HTTPFields()
        for header in headers {
            if let name = HTTPField.Name(header) { fields[name] = "198.51.100.7" }
        }
        for peer in peers { forwarding.note(fields, from: Peer(testing: peer)) }
        return logs.lines
    }

    @Test("is said in the log once, without an address", arguments: ["X-Forwarded-For", "forwarded"])
    func once(header: String) {
        let lines = lines([header], from: ["10.0.0.1", "10.0.0.1", "172.17.0.2", "192.168.1.1"])
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("warning") == true)
        #expect(lines.first?.contains("http.trusted-proxies") == true)
        #expect(lines.first?.contains("a private network") == true)
        #expect(lines.first?.contains(/\d+\.\d+\.\d+/) == false)
    }

    @Test("that somebody on the internet makes up doesn't hide the proxy's")
    func kinds() {
        let lines = lines(["X-Forwarded-For"], from: ["203.0.113.9", "127.0.0.1", "203.0.113.10", "::1", nil, nil, ""])
        #expect(lines.count == 2)
    }

    @Test("is not looked for in a trusted proxy's requests, nor behind a Unix socket, nor without the header")
    func trusted() {
        #expect(lines(["X-Forwarded-For"], from: ["10.0.0.1", nil], trusted: ["10.0.0.0/8"]).isEmpty)
        #expect(lines(["X-Forwarded-For"], from: [nil]).isEmpty)
        #expect(lines(["X-Real-IP"], from: ["10.0.0.1"]).isEmpty)
    }
}
