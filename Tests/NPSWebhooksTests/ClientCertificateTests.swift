import Crypto
import Foundation
import NPSModel
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import NPSWebhooks

@Suite("A client certificate as the signature of a source")
struct ClientCertificateTests {
    private static let mapping = "\nmapping: .\n"
    private let authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    /// The source `acme` of these schemes, with `ca.pem` beside its file.
    private func source(
        _ signature: String = "{kind: client_certificate, ca: ca.pem, san: nps.acme.example}",
        trusting authorities: [Certificate]? = nil,
        secrets: [String: ConfiguredSecrets] = [:]
    ) throws -> WebhookSource {
        let pem = try (authorities ?? [authority.certificate]).map { try $0.pem }.joined()
        let folder = try TemporaryDirectory([
            "acme.yaml": "signature: \(signature)" + Self.mapping, "ca.pem": pem,
        ])
        return try #require(try SourceCatalogue(directory: folder.path, secrets: secrets).source(named: "acme"))
    }

    private func delivery(_ headers: [(name: String, value: String)] = []) -> WebhookDelivery {
        WebhookDelivery(
            method: "POST",
            publicURL: "https://nps.example.com/webhooks/acme",
            headers: headers,
            body: Array("{}".utf8),
            receivedAt: Date()
        )
    }

    /// Why this source refuses a delivery over a connection with these certificates; nil when it accepts it.
    private func rejection(
        by source: WebhookSource,
        showing chain: [Certificate],
        headers: [(name: String, value: String)] = []
    ) async throws -> SignatureRejection? {
        let certificate = ClientCertificate(try chain.map { try $0.der })
        let examined = await source.examining(certificate, of: delivery(headers))
        do throws(SignatureRejection) {
            _ = try source.verify(examined)
            return nil
        } catch {
            return error
        }
    }

    @Test("is accepted from the source's own authority, for its name, without a secret")
    func accepted() async throws {
        let source = try source()
        #expect(source.asksForCertificate && source.secretSummary == nil)
        #expect(try await rejection(by: source, showing: [authority.issue()]) == nil)
        #expect(try await rejection(by: source, showing: []) == .missingCertificate)
    }

    @Test(
        "has its name as a host, an address or a URI, exactly",
        arguments: [
            ("nps.acme.example", GeneralName.dnsName("NPS.acme.example"), true),
            ("nps.acme.example", .dnsName("*.acme.example"), false),
            ("nps.acme.example", .dnsName("nps.acme.example.evil.example"), false),
            ("nps.acme.example", .rfc822Name("nps.acme.example"), false),
            ("nps.acme.example", .uniformResourceIdentifier("nps.acme.example"), false),
            ("bot@acme.example", .rfc822Name("bot@acme.example"), true),
            ("bot@acme.example", .rfc822Name("Bot@acme.example"), false),
            ("bot@acme.example", .dnsName("bot@acme.example"), false),
            ("spiffe://acme.example/nps", .uniformResourceIdentifier("spiffe://acme.example/nps"), true),
            ("spiffe://acme.example/nps", .uniformResourceIdentifier("spiffe://acme.example/nps/x"), false),
        ]
    )
    func names(san: String, name: GeneralName, isAccepted: Bool) async throws {
        let source = try source("{kind: client_certificate, ca: ca.pem, san: [\"\(san)\", other.example]}")
        let certificate = try authority.issue([.dnsName("first.example"), name])
        let expected: SignatureRejection? = isAccepted ? nil : .refusedCertificate(.otherName)
        #expect(try await rejection(by: source, showing: [certificate]) == expected)
    }

    @Test("is refused when it has expired, is not for clients, or comes from another authority of the same name")
    func refused() async throws {
        let source = try source()
        let other = try TestAuthority()
        let nobody = try TestAuthority("Nobody", below: authority, isAuthority: false)
        let cases: [([Certificate], CertificateProblem)] = [
            ([try authority.issue(valid: -2 ... -1)], .expired),
            ([try authority.issue(valid: 1...2)], .notYetValid),
            ([try authority.issue(purposes: nil)], .notForClients),
            ([try authority.issue(purposes: [.serverAuth])], .notForClients),
            ([try other.issue()], .unknownAuthority),
            // It brings its own authority along.
            ([try other.issue(), other.certificate], .unknownAuthority),
            // Somebody with a certificate of the authority issues more of them.
            ([try nobody.issue(), nobody.certificate], .unsoundChain),
            ([authority.certificate], .notForClients),
        ]
        for (chain, problem) in cases {
            #expect(try await rejection(by: source, showing: chain) == .refusedCertificate(problem))
        }
    }

    @Test(
        "of an authority in between comes with its certificate, once; what it leads to is remembered for this source alone"
    )
    func intermediate() async throws {
        let between = try TestAuthority("Acme CA 2", below: authority)
        let certificate = try between.issue()
        let source = try source()
        let unknown = SignatureRejection.refusedCertificate(.unknownAuthority)
        #expect(try await rejection(by: source, showing: [certificate]) == unknown)
        #expect(try await rejection(by: source, showing: [certificate, between.certificate]) == nil)
        // As a resumed session has it.
        #expect(try await rejection(by: source, showing: [certificate]) == nil)
        // Whoever needs more than that is nobody: it isn't even looked at.
        let junk = try (1...3).map { _ in try TestAuthority("Junk").certificate }
        let late = try between.issue()
        let tooMany = [late] + junk + [between.certificate]
        #expect(try await rejection(by: source, showing: tooMany) == .missingCertificate)
        #expect(ClientCertificate([try late.der, [UInt8](repeating: 0, count: 16_384)]) == nil)
        let stranger = try self.source(trusting: [try TestAuthority("Another").certificate])
        #expect(try await rejection(by: stranger, showing: [certificate, between.certificate]) == unknown)
        let renamed = try self.source("{kind: client_certificate, ca: ca.pem, san: other.example}")
        let chain = [certificate, between.certificate]
        #expect(try await rejection(by: renamed, showing: chain) == .refusedCertificate(.otherName))
    }

    @Test("stands beside another signature: with all_of both are needed, with any_of one is enough")
    func combinations() async throws {
        let rule = "{kind: client_certificate, ca: ca.pem, san: nps.acme.example}"
        let secret = "a token of some length"
        let schemes = "[{kind: token, header: Token}, \(rule)]"
        let token = [(name: "token", value: secret)]
        let certificate = try authority.issue()
        let both = try source("{all_of: \(schemes)}", secrets: ["acme": [secret]])
        #expect(try await rejection(by: both, showing: [certificate], headers: token) == nil)
        #expect(try await rejection(by: both, showing: [certificate]) == .missingHeader("Token"))
        #expect(try await rejection(by: both, showing: [], headers: token) == .missingCertificate)
        let either = try source("{any_of: \(schemes)}", secrets: ["acme": [secret]])
        #expect(try await rejection(by: either, showing: [certificate]) == nil)
        #expect(try await rejection(by: either, showing: [], headers: token) == nil)
        #expect(try await rejection(by: either, showing: []) != nil)
    }

    @Test("that was altered or cut anywhere is refused, and harms nobody")
    func altered() async throws {
        let source = try source()
        let genuine = try authority.issue().der
        // How many bits of the signature's last byte don't count may be said in two ways, and changes nothing.
        let signature = genuine.indices.dropLast().last {
            genuine[$0] == 3 && $0 + 2 + Int(genuine[$0 + 1]) == genuine.count
        }
        let unusedBits = try #require(signature) + 2
        var spellings = genuine.indices.filter { $0 != unusedBits }.flatMap { place in
            [UInt8(0x01), 0x80, 0xff].map { change in
                var altered = genuine
                altered[place] ^= change
                return altered
            }
        }
        spellings += genuine.indices.map { Array(genuine.prefix($0)) }
        for spelling in spellings {
            let examined = await source.examining(ClientCertificate([spelling]), of: delivery())
            #expect(throws: SignatureRejection.self) { try source.verify(examined) }
        }
    }

    @Test("is judged before the body is read")
    func head() async throws {
        let source = try source()
        #expect(source.rejection(ofHead: delivery()) == .missingCertificate)
        let shown = ClientCertificate([try authority.issue().der])
        #expect(source.rejection(ofHead: await source.examining(shown, of: delivery())) == nil)
    }

    @Test("a mistake in a source file is said with its place")
    func mistakes() throws {
        let pem = try authority.certificate.pem
        let client = try pem + authority.issue().pem
        let cases: [(signature: String, expected: String)] = [
            ("{kind: client_certificate, san: a.example}", "signature.ca is missing"),
            ("{kind: client_certificate, ca: ca.pem}", "signature.san is missing"),
            ("{kind: client_certificate, ca: no.pem, san: a.example}", "signature.ca names no file"),
            ("{kind: client_certificate, ca: client.pem, san: a.example}", "a certificate is no authority's"),
            ("{kind: client_certificate, ca: acme.yaml, san: a.example}", "signature.ca names no file"),
            ("{kind: client_certificate, ca: ca.pem, san: \"*.a.example\"}", "signature.san must be a host name"),
            ("{kind: client_certificate, ca: ca.pem, san: a.example, header: X}", "signature.header means nothing"),
            ("{kind: token, header: X, ca: ca.pem}", "signature must have ca and san"),
        ]
        for (signature, expected) in cases {
            let folder = try TemporaryDirectory([
                "acme.yaml": "signature: \(signature)" + Self.mapping, "ca.pem": pem, "client.pem": client,
            ])
            do throws(WebhookError) {
                _ = try SourceCatalogue(directory: folder.path, secrets: [:])
                Issue.record("accepted: \(signature)")
            } catch {
                #expect(error.sentences.contains { $0.contains(expected) }, "\(error.sentences)")
            }
        }
    }

    @Test("a secret that no scheme needs is a mistake")
    func uselessSecret() throws {
        #expect(throws: WebhookError.self) { try source(secrets: ["acme": ["a token of some length"]]) }
    }

    @Test("without TLS of our own a source is warned about, and authorities with too many names are not named")
    func warnings() throws {
        let files = [
            "acme.yaml": "signature: {kind: client_certificate, ca: ca.pem, san: a.example}" + Self.mapping,
            "ca.pem": try authority.certificate.pem,
        ]
        let folder = try TemporaryDirectory(files)
        let catalogue = try SourceCatalogue(directory: folder.path, secrets: [:])
        #expect(catalogue.warnings(isEncrypted: true).isEmpty)
        #expect(catalogue.warnings(isEncrypted: false).first?.contains("tls.certificate") == true)
        #expect(catalogue.namedAuthorities == [try authority.certificate.der])
        let many = try (1...40).map { try TestAuthority("\($0) " + String(repeating: "a", count: 250)).certificate.pem }
        try folder.write(many.joined(), to: "ca.pem")
        let crowded = try SourceCatalogue(directory: folder.path, secrets: [:])
        #expect(crowded.namedAuthorities.isEmpty && !crowded.certificateRules.isEmpty)
        #expect(crowded.warnings(isEncrypted: true).first?.contains("more than 8192 bytes") == true)
    }

    @Test("of an authority that has expired is refused for that, and when it expires is known")
    func expiredAuthority() async throws {
        let old = try TestAuthority("Old CA", days: -1)
        let source = try source(trusting: [authority.certificate, old.certificate])
        #expect(try await rejection(by: source, showing: [old.issue()]) == .refusedCertificate(.unsoundChain))
        let folder = try TemporaryDirectory([
            "acme.yaml": "signature: {kind: client_certificate, ca: ca.pem, san: a.example}" + Self.mapping,
            "ca.pem": try authority.certificate.pem + old.certificate.pem,
        ])
        let periods = try SourceCatalogue(directory: folder.path, secrets: [:]).authorityPeriods
        #expect(periods.count == 1 && periods[0].label == "acme" && periods[0].period.upperBound < Date())
    }

    @Test("proves nothing about a request that a page in a browser may have made")
    func page() async throws {
        let source = try source()
        let certificate = try authority.issue()
        for header in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
            let rejection = try await rejection(by: source, showing: [certificate], headers: [header])
            #expect(rejection == .refusedCertificate(.fromPage), "\(header)")
        }
        #expect(try await rejection(by: source, showing: [certificate], headers: [("sec-fetch-site", "none")]) == nil)
    }

    @Test("in a connection that opens is accepted, refused, or comes too early")
    func examination() async throws {
        let folder = try TemporaryDirectory([
            "acme.yaml": "signature: {kind: client_certificate, ca: ca.pem, san: nps.acme.example}" + Self.mapping,
            "ca.pem": try authority.certificate.pem,
        ])
        let catalogue = try SourceCatalogue(directory: folder.path, secrets: [:])
        let cases: [(Certificate, SourceCatalogue.Examination)] = [
            (try authority.issue(), .accepted), (try TestAuthority().issue(), .refused),
            (try authority.issue(valid: 1...2), .notYetValid),
        ]
        for (certificate, expected) in cases {
            let shown = try #require(ClientCertificate([try certificate.der]))
            #expect(await catalogue.examine(shown, at: Date()) == expected)
        }
    }

    @Test("what was asked for lately is remembered, what wasn't is forgotten")
    func recent() {
        var values = RecentValues<Int, Int>(capacity: 10)
        for number in 0..<100 {
            values.set(number, for: number)
            #expect(values.value(for: 0) == 0)
        }
        #expect(values.value(for: 99) == 99 && values.value(for: 50) == nil)
    }
}
