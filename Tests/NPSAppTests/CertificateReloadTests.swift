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
    private func issue(days: Int) throws -> TLSFiles {
        let files = try SelfSignedCertificate(in: directory, days: days)
        return TLSFiles(certificate: files.certificate, privateKey: files.privateKey, profile: .intermediate)
    }

    /// Looks so many times, with `before` in front of each, and gives what the log said.
    private func look(
        _ times: Int,
        _ certificate: ReloadableCertificate,
        before: @escaping @Sendable (Int) throws -> Void
    )
        async throws
        -> [String]
    {
        struct Enough: Error {}
        let logs = RecordedLogs(level: .info)
        let looks = Looks()
        let service = CertificateReload(
            certificate: certificate,
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
        let files = try issue(days: 90)
        let certificate = try ReloadableCertificate(files)
        let first = certificate.expires
        let lines = try await look(3, certificate) { look in
            if look == 2 { _ = try issue(days: 180) }
        }
        #expect(certificate.expires > first)
        #expect(lines.count { $0.contains("the renewed certificate is in use") } == 1, "\(lines)")
        #expect(lines.count == 1)
    }

    @Test("is in use at once when somebody says so")
    func told() throws {
        let certificate = try ReloadableCertificate(issue(days: 90))
        let first = certificate.expires
        _ = try issue(days: 180)
        CertificateReload(certificate: certificate, logger: .silent).renew()
        #expect(certificate.expires > first)
    }

    @Test("that can't be used is complained about once, while the old one stays")
    func broken() async throws {
        let files = try issue(days: 90)
        let certificate = try ReloadableCertificate(files)
        let first = certificate.expires
        let path = files.privateKey
        let lines = try await look(4, certificate) { look in
            if look == 1 { try "no key".write(toFile: path, atomically: true, encoding: .utf8) }
        }
        #expect(certificate.expires == first)
        #expect(lines.count == 1)
        #expect(lines.first?.contains("the certificate in use stays") == true)
    }

    @Test("one that expires soon is warned about at the start")
    func expiry() async throws {
        let lines = try await look(1, try ReloadableCertificate(issue(days: 5))) { _ in }
        #expect(lines.first?.contains("expires soon") == true)
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
