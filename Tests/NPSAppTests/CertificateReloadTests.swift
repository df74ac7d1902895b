import Foundation
import Logging
import NPSServer
import Synchronization
import TestSupport
import Testing

@testable import NPSApp

@Suite("A renewed certificate")
struct CertificateReloadTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Writes a new certificate in place of the old one.
    @discardableResult
    private func issue(days: Int, for host: String = "localhost") throws -> CertificateFiles {
        let files = try SelfSignedCertificate(in: directory, days: days, for: host)
        return CertificateFiles(certificate: files.certificate, privateKey: files.privateKey)
    }

    private func certificates(_ files: CertificateFiles...) throws -> ReloadableCertificates {
        try ReloadableCertificates(TLSFiles(files, profile: .intermediate))
    }

    /// Looks so many times, with `before` in front of each, and gives what the log said.
    private func look(
        _ times: Int,
        _ certificates: ReloadableCertificates,
        before: @escaping @Sendable (Int) throws -> Void
    )
        async throws
        -> [String]
    {
        struct Enough: Error {}
        let logs = RecordedLogs(level: .info)
        let looks = Looks()
        let service = CertificateReload(
            certificates: certificates,
            host: "localhost",
            logger: logs.logger,
            sleep: { _ in
                let look = looks.next()
                guard look <= times else { throw Enough() }
                try before(look)
            }
        )
        try await service.run()
        return logs.lines
    }

    @Test("is found within a minute, and told once")
    func poll() async throws {
        let certificates = try certificates(issue(days: 90))
        let first = certificates.facts[0].expires
        let lines = try await look(3, certificates) { look in
            if look == 2 { try issue(days: 180) }
        }
        #expect(certificates.facts[0].expires > first)
        #expect(lines.count { $0.contains("the renewed certificate is in use") } == 1, "\(lines)")
        #expect(lines.count == 1)
    }

    @Test("is in use at once when somebody says so")
    func told() throws {
        let certificates = try certificates(issue(days: 90))
        let first = certificates.facts[0].expires
        try issue(days: 180)
        CertificateReload(certificates: certificates, host: "localhost", logger: .silent).renew()
        #expect(certificates.facts[0].expires > first)
    }

    @Test("that can't be used is complained about once, while the old one stays and others are renewed")
    func broken() async throws {
        let files = try issue(days: 90)
        let certificates = try certificates(files, issue(days: 90, for: "nps.example.com"))
        let first = certificates.facts.map(\.expires)
        let lines = try await look(4, certificates) { look in
            guard look == 1 else { return }
            try "no key".write(toFile: files.privateKey, atomically: true, encoding: .utf8)
            try issue(days: 180, for: "nps.example.com")
        }
        #expect(certificates.facts[0].expires == first[0] && certificates.facts[1].expires > first[1])
        #expect(lines.count == 2)
        #expect(lines.count { $0.contains("the certificate in use stays") && $0.contains("localhost") } == 1)
        #expect(lines.count { $0.contains("is in use") && $0.contains("nps.example.com") } == 1)
    }

    @Test("for another name is found by that name from then on")
    func renamed() async throws {
        let second = try issue(days: 90, for: "a.example.com")
        let certificates = try certificates(issue(days: 90), second)
        #expect(certificates.facts(for: "b.example.com")?.name == "localhost")
        _ = try await look(1, certificates) { _ in
            let other = try issue(days: 90, for: "b.example.com")
            for (new, old) in [(other.privateKey, second.privateKey), (other.certificate, second.certificate)] {
                try FileManager.default.removeItem(atPath: old)
                try FileManager.default.moveItem(atPath: new, toPath: old)
            }
        }
        #expect(certificates.facts(for: "b.example.com")?.name == "b.example.com")
        #expect(certificates.facts(for: "a.example.com")?.name == "localhost")
    }

    @Test("that can't be used at the start is left out until it can; without any there is nothing to start with")
    func missing() async throws {
        let (files, other) = (try issue(days: 90), try issue(days: 90, for: "nps.example.com"))
        let text = try String(contentsOfFile: files.privateKey, encoding: .utf8)
        try "no key".write(toFile: files.privateKey, atomically: true, encoding: .utf8)
        #expect {
            try self.certificates(files)
        } throws: {
            "\($0)".hasPrefix("tls.private-key can't be read: \(files.privateKey): it is no PEM private key")
        }
        let both = try certificates(files, other)
        #expect(both.facts.map(\.name) == ["nps.example.com"])
        #expect(both.facts(for: "localhost")?.name == "nps.example.com")
        #expect(both.problems(at: Date()).count == 1)
        let lines = try await look(2, both) { look in
            if look == 2 { try text.write(toFile: files.privateKey, atomically: true, encoding: .utf8) }
        }
        #expect(both.facts(for: "localhost")?.name == "localhost" && both.problems(at: Date()).isEmpty)
        #expect(lines.count { $0.contains("left out until it can be used") } == 1, "\(lines)")
    }

    @Test("that is overdue is warned about at the start")
    func expiry() async throws {
        let files = try issue(days: 1)
        let logs = RecordedLogs(level: .info)
        let service = CertificateReload(
            certificates: try certificates(files),
            host: "localhost",
            logger: logs.logger,
            now: { Date(timeIntervalSinceNow: 80_000) },
            sleep: { _ in throw CancellationError() }
        )
        try await service.run()
        #expect(logs.lines.count == 1 && logs.lines.first?.contains("less than a third of its time") == true)
    }

    @Test("that is overdue is reminded of each day, and at once when it has expired")
    func reminders() {
        let begin = Date(timeIntervalSince1970: 0)
        func facts(_ days: Double) -> [CertificateFacts] {
            let end = begin.addingTimeInterval(days * 86_400)
            return [CertificateFacts(names: ["a"], begins: begin, expires: end, keyType: "")]
        }
        var reminder = ExpiryReminder()
        func said(_ day: Double, of days: Double = 90) -> Int {
            reminder.sentences(for: facts(days), at: begin.addingTimeInterval(day * 86_400)).count
        }
        let days: [(Double, Int)] = [(1, 0), (61, 1), (61.5, 0), (62, 1), (89.9, 1), (90.1, 1), (90.2, 0), (92, 1)]
        for (day, count) in days { #expect(said(day) == count, "day \(day)") }
        #expect(said(92.1, of: 180) == 0 && said(92.2) == 1)
        // The clock was wrong.
        #expect(said(70) == 1 && said(70.5) == 0)
    }

    @Test("is counted by its first name, with a number where another has the same")
    func series() {
        let facts = [["a", "b"], ["b"], ["a"], []].map { names in
            CertificateFacts(names: names, begins: .distantPast, expires: .distantFuture, keyType: "")
        }
        #expect(CertificateGauges.names(facts) == ["a", "b", "a 2", "unnamed"])
    }
}

/// Counts from 1.
private final class Looks: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
