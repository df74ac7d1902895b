import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Source files")
struct SourceFileTests {
    @Test("the presets are free of mistakes")
    func presets() {
        let (presets, problems) = SourceCatalogue.readPresets()
        #expect(problems == [])
        #expect(presets.map(\.name) == PresetFiles.all.map(\.name))
        #expect(
            presets.allSatisfy { !$0.description.isEmpty && $0.description.hasPrefix("S") == $0.name.hasPrefix("s") }
        )
    }

    @Test("secrets switch on presets and files, and nothing else is switched on")
    func switchedOn() throws {
        let folder = try SourceFolder(["acme": "signature: {header: X-Acme}\nmapping: .\n"])
        let secrets: [String: ConfiguredSecrets] = ["acme": [Fixture.secret], "typeform": [Fixture.secret]]
        let catalogue = try SourceCatalogue(directory: folder.path, secrets: secrets)
        #expect(catalogue.sources.map(\.name) == ["acme", "typeform"])
        #expect(catalogue.source(named: "tally") == nil)
        #expect(try SourceCatalogue(directory: nil, secrets: [:]).sources.isEmpty)
    }

    @Test("no source may have the name of the form", arguments: [true, false])
    func reservedName(_ isFile: Bool) throws {
        let folder = try SourceFolder(isFile ? ["survey": "preset: typeform\n"] : [:])
        do {
            _ = try SourceCatalogue(directory: folder.path, secrets: ["survey": [Fixture.secret]])
            Issue.record("accepted")
        } catch {
            #expect(error.sentences.count == 1)
            let sentence = try #require(error.sentences.first)
            #expect(sentence.contains("survey") && sentence.hasSuffix(": give it another name"))
        }
    }

    @Test("a file overrides its preset field by field")
    func overridden() throws {
        let folder = try SourceFolder([
            "acme": """
            preset: standard
            signature: {header: X-Acme-Signature, timestamp: {tolerance: 60}}
            """
        ])
        let catalogue = try SourceCatalogue(directory: folder.path, secrets: ["acme": [StandardDelivery.secret]])
        let source = try #require(catalogue.source(named: "acme"))
        func delivery(_ age: TimeInterval) -> WebhookDelivery {
            StandardDelivery(
                signature: nil,
                age: age,
                surplus: [("x-acme-signature", StandardDelivery.signature)]
            ).delivery
        }
        #expect(throws: Never.self) { try source.verify(delivery(60)) }
        #expect(throws: SignatureRejection.stale) { try source.verify(delivery(61)) }
        #expect(throws: SignatureRejection.missingHeader("X-Acme-Signature")) {
            try source.verify(StandardDelivery().delivery)
        }
    }

    @Test("a file with the name of a preset replaces it")
    func shadowed() async throws {
        let folder = try SourceFolder(["typeform": "preset: typeform\nmapping: '{email: .mail, score: .nps}'\n"])
        let source = try #require(
            try SourceCatalogue(directory: folder.path, secrets: ["typeform": [Fixture.secret]]).source(
                named: "typeform"
            )
        )
        let results = try await source.map(
            Array(#"{"mail": "ana@example.com", "nps": 0}"#.utf8),
            contentType: nil,
            receivedAt: Fixture.now
        )
        #expect(try results.map { try $0.get().response.score.value } == [0])
    }

    @Test("everything that is wrong is listed at once, each with its file, line and field")
    func allAtOnce() throws {
        let folder = try SourceFolder([
            "broken": "signature: [\n",
            "empty": "",
            "Upper": "preset: typeform\n",
            "typo": """
            preset: typefrom
            signatur: {}
            mapping: .
            """,
            "wrong": """
            signature:
              kind: hmac
              hash: md5
              header: []
              colour: blue
              timestamp: {tolerance: -1, header: X-Time}
            mapping: |
              select(.event == "response")
              | {id: .id, email: .mail
            """,
            "unsigned": "mapping: .\n",
        ])
        let found = folder.problems([
            "typo": [Fixture.secret], "wrong": [Fixture.secret], "nowhere": [Fixture.secret], "tally": [],
        ])
        #expect(
            found == [
                "Upper.yaml: must be named with lower-case letters, digits and hyphens, since the name becomes a path",
                "broken.yaml:2: is not YAML: did not find expected node content",
                "empty.yaml: is empty",
                "typo.yaml:1: preset names none: did you mean typeform?",
                "typo.yaml:2: signatur is not a known key: did you mean signature?",
                "wrong.yaml:3: signature.hash must be one of sha1, sha256, sha512",
                "wrong.yaml:4: signature.header must not be empty",
                "wrong.yaml:5: signature.colour is not a known key",
                "wrong.yaml:6: signature.timestamp.tolerance must be a whole number from 0 to 86400",
                "wrong.yaml:2: signature.header is missing: it names the header with the signature",
                "wrong.yaml:2: signature.timestamp proves nothing unless content contains {timestamp}, "
                    + "or {body} for one in the body",
                "webhooks.nowhere.secrets: is given, but there is no preset or file of that name",
                "webhooks.tally.secrets: is missing",
                "typo.yaml: needs signature or preset: without one, nothing proves who sends",
                "unsigned.yaml: needs signature or preset: without one, nothing proves who sends",
                "wrong.yaml:9: mapping syntax error, unexpected $end, expecting '}'",
            ]
        )
    }

    @Test(
        "jq's mistakes are placed in the file",
        arguments: [
            ("mapping: |\n  .a |\n  bar | baz(1)\n", ["2: bar/0 is not defined", "2: baz/1 is not defined"]),
            ("mapping: '.a | }'\n", ["0: syntax error, unexpected INVALID_CHARACTER"]),
            ("mapping: 'import \"a\" as a; .'\n", ["0: syntax error, unexpected import"]),
            ("mapping: 'include \"a\"; .'\n", ["0: syntax error, unexpected include"]),
            ("mapping: '$__prog_args'\n", ["0: $__prog_args is not defined"]),
            ("mapping: ' '\n", []),
        ]
    )
    func jqMistakes(_ yaml: String, expected: [String]) throws {
        let folder = try SourceFolder(["acme": "signature: {header: X-Acme}\n" + yaml])
        let lines = expected.map { text in
            let parts = text.split(separator: ": ", maxSplits: 1)
            return "acme.yaml:\(2 + (Int(parts[0]) ?? 0)): mapping \(parts[1])"
        }
        let empty = [
            "acme.yaml:2: mapping is empty", "acme.yaml: needs mapping: a jq program that says what a payload means",
        ]
        #expect(folder.problems(["acme": [Fixture.secret]]) == (expected.isEmpty ? empty : lines))
    }

    @Test(
        "schemes that are senseless or unsafe are refused",
        arguments: [
            ("{kind: digest, header: X}", ".content must contain {secret}: without it anybody could make the digest"),
            (#"{header: X, content: "{secret}{body}"}"#, ".content must not contain {secret}: only digests do"),
            (
                #"{header: X, content: "{id}"}"#,
                ".content must contain {body} or {form:NAME}; other placeholders are {timestamp}, {id}, {method}, {url} and {secret}"
            ),
            (
                #"{header: X, content: "{body}{form}"}"#,
                ".content must contain {body} or {form:NAME}; other placeholders are {timestamp}, {id}, {method}, {url} and {secret}"
            ),
            (#"{header: X, content: "{id}{body}"}"#, ".id is missing: it names the header for {id}"),
            (
                #"{header: X, content: "{timestamp}{body}"}"#,
                ".timestamp is missing: it says where {timestamp} is"
            ),
            ("{header: X, encoding: plain}", ".encoding must be hex, base64 or base64url: only tokens are plain"),
            (
                #"{header: X, list: {pair: "="}}"#,
                ".list.accept is missing: it names the keys of the items that are signatures"
            ),
            (#"{header: X, list: {pair: "=="}}"#, ".list.pair must be a single ASCII character"),
            (
                #"{header: X, content: "{timestamp}{body}", timestamp: {item: t}}"#,
                ".timestamp.item must be the key of an item, which needs list.pair"
            ),
            ("{header: X, secret: {template: abc}}", ".secret.template must contain {secret}"),
            ("{header: X, secret: {colour: abc}}", ".secret.colour is not a known key"),
            ("{any_of: [], header: X}", " must have no other key next to any_of or all_of"),
            ("{any_of: []}", ".any_of must be a list of schemes"),
            (
                "{all_of: [{header: X}, {hash: sha1}]}",
                ".all_of[1].header is missing: it names the header with the signature"
            ),
            ("[]", " must be keys and values"),
        ]
    )
    func flaws(_ signature: String, problem: String) throws {
        let folder = try SourceFolder(["acme": "mapping: .\nsignature: \(signature)\n"])
        #expect(folder.problems(["acme": [Fixture.secret]]).first == "acme.yaml:2: signature" + problem)
    }

    @Test("a file without secrets is an error, unless it says kind: none under a long name")
    func withoutSecrets() throws {
        let none = "signature: {kind: none}\nmapping: .\n"
        let long = "acme-k3j5h2g8d7s6a9q1w4e5"
        let folder = try SourceFolder(["acme": "preset: tally\n", "open": none, long: none])
        #expect(
            folder.problems([long: [Fixture.secret]]) == [
                "webhooks.acme.secrets: is missing",
                "webhooks.\(long).secrets: is given, but the signature's kind is none",
                "open.yaml: signature.kind none needs a file name of at least 20 random letters and digits: "
                    + "the name is its only protection",
            ]
        )
    }

    @Test("a repeated key, other files and a missing directory")
    func oddities() throws {
        let folder = try SourceFolder(["twice": "mapping: .\nmapping: .\n", ".hidden": "["])
        try Data("[".utf8).write(to: URL(filePath: folder.path + "/notes.txt"))
        #expect(folder.problems([:]) == ["twice.yaml: has a key twice: mapping"])
        let error = #expect(throws: WebhookError.self) {
            try SourceCatalogue(directory: folder.path + "/nowhere", secrets: [:])
        }
        #expect(try #require(error).description.contains("can't be read as webhooks.directory: there is no"))
    }

    @Test("a mapping can be tried before there are secrets, and the trial accepts no delivery")
    func trial() async throws {
        let folder = try SourceFolder([
            "acme": "preset: standard\nmapping: '{email: .e, score: .s}'\n",
            "broken": "mapping: '{'\n",
        ])
        let source = try #require(try SourceCatalogue.trial(named: "acme", directory: folder.path))
        let results = try await source.map(
            Array(#"{"e": "ana@example.com", "s": "7"}"#.utf8),
            contentType: nil,
            receivedAt: Fixture.now
        )
        #expect(try results.map { try $0.get().response.score.value } == [7])
        #expect(throws: SignatureRejection.self) { try source.verify(StandardDelivery().delivery) }
        #expect(throws: WebhookError.self) { try SourceCatalogue.trial(named: "broken", directory: folder.path) }
        #expect(try SourceCatalogue.trial(named: "nowhere", directory: folder.path) == nil)
        #expect(try SourceCatalogue.trial(named: "tally", directory: nil) != nil)
    }
}
