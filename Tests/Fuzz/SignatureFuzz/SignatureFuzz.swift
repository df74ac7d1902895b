import Foundation
import Fuzzing
import NPSWebhooks

/// Reads the input as a delivery and shows it to a source of each form. None may believe what was never signed, though
/// the corpus holds genuine deliveries for the fuzzer to play with.
@main
struct SignatureFuzz: FuzzTarget {
    private let sources: [SignedSource]

    init() throws {
        let files = Dictionary(
            uniqueKeysWithValues: SourceForm.all.map { ($0.name, "signature: \($0.signature)\nmapping: .\n") }
        )
        let secrets = Dictionary(
            uniqueKeysWithValues: SourceForm.all.map { ($0.name, ConfiguredSecrets.list($0.secrets)) }
        )
        let catalogue = try withSourceDirectory(files) { try SourceCatalogue(directory: $0, secrets: secrets) }
        sources = try SourceForm.all.map { form in
            guard let source = catalogue.source(named: form.name) else { throw FuzzFailure("there is no \(form.name)") }
            return try SignedSource(form, source)
        }
    }

    func test(_ input: [UInt8]) throws {
        let message = Message(input)
        let delivery = WebhookDelivery(
            method: message.method,
            publicURL: "https://nps.example.com" + message.target,
            headers: message.headers,
            body: message.body,
            receivedAt: Signed.now
        )
        for source in sources {
            try source.tryToDeceive(with: delivery)
            try source.signAndVerify(message.body)
        }
    }
}
