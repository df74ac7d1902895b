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
            ([try nobody.issue(), nobody.certificate], .unknownAuthority),
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
        let late = try between.issue()
        let junk = [try TestAuthority("Junk").certificate, try TestAuthority("Junk").certificate]
        // No more than two are looked at.
        #expect(try await rejection(by: source, showing: [late] + junk + [between.certificate]) == unknown)
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
        var spellings = genuine.indices.flatMap { place in
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

    @Test("without TLS of our own, and with an expired authority, a source is warned about")
    func warnings() throws {
        let folder = try TemporaryDirectory([
            "acme.yaml": "signature: {kind: client_certificate, ca: ca.pem, san: a.example}" + Self.mapping,
            "ca.pem": try authority.certificate.pem,
        ])
        let catalogue = try SourceCatalogue(directory: folder.path, secrets: [:])
        #expect(catalogue.warnings(isEncrypted: true, at: Date()).isEmpty)
        #expect(catalogue.warnings(isEncrypted: false, at: Date()).first?.contains("tls.certificate") == true)
        let later = Date(timeIntervalSinceNow: 86_400 * 1_000)
        #expect(catalogue.warnings(isEncrypted: true, at: later).first?.contains("has expired") == true)
        #expect(catalogue.clientAuthorities == [try authority.certificate.der])
    }
}
