import Foundation
import TestSupport
import Testing

@testable import NPSServer

@Suite("What is known of a certificate")
struct CertificateFactsTests {
    private static let begin = Date(timeIntervalSince1970: 1_000_000)
    private static let day: TimeInterval = 86_400

    private static func facts(_ names: [String], days: Double = 90) -> CertificateFacts {
        let end = begin.addingTimeInterval(days * day)
        return CertificateFacts(names: names, begins: begin, expires: end, keyType: "ECDSA P-256")
    }

    @Test("is read from its file")
    func file() throws {
        let directory = try TemporaryDirectory()
        let made = try SelfSignedCertificate(in: directory, days: 90)
        let facts = try CertificateFiles(certificate: made.certificate, privateKey: made.privateKey).facts()
        #expect(facts.names == ["localhost"] && facts.keyType == "ECDSA P-256")
        #expect(facts.problem(at: Date()) == nil && facts.expires == facts.chainExpires)
        #expect(abs(facts.expires.timeIntervalSinceNow - 90 * Self.day) < 3_600)
    }

    @Test(
        "it has to be renewed when less than a third of its time is left",
        arguments: [(0, nil), (59, nil), (61, "a third"), (89.9, "a third"), (90, "expired"), (1_000, "expired")]
            as [(Double, String?)]
    )
    func overdue(day: Double, words: String?) {
        let sentence = Self.facts(["a.example"]).problem(at: Self.begin.addingTimeInterval(day * Self.day))
        if let words { #expect(sentence?.contains(words) == true) } else { #expect(sentence == nil) }
    }

    @Test("a chain ends with the first of its certificates, but only the server's own expires")
    func chain() {
        let facts = CertificateFacts(
            names: [],
            begins: Self.begin,
            expires: Self.begin.addingTimeInterval(90 * Self.day),
            chainExpires: Self.begin.addingTimeInterval(Self.day),
            keyType: ""
        )
        let later = Self.begin.addingTimeInterval(2 * Self.day)
        #expect(facts.isOverdue(at: later) && !facts.isExpired(at: later))
    }

    @Test("names that several have, and a public address that none is for, are probably mistakes")
    func mistakes() {
        let (first, second) = (Self.facts(["nps.example.com"]), Self.facts(["*.example.com", "nps.example.com"]))
        #expect([first].mistakes(host: "nps.example.com").isEmpty)
        #expect([second].mistakes(host: "www.example.com").isEmpty)
        #expect([first].mistakes(host: "192.0.2.1").isEmpty)
        #expect([first].mistakes(host: "[::1]").isEmpty)
        let repeated = [first, second].mistakes(host: "nps.example.com")
        #expect(repeated.count == 1 && repeated[0].contains("more than one of tls.certificate is for nps.example.com"))
        let others = [first].mistakes(host: "other.example")
        #expect(others.count == 1 && others[0].contains("other.example"))
    }
}
