import Foundation
import Fuzzing
import NPSWebhooks

/// Reads the input as a delivery and shows it to a source of each kind. None may believe what was never signed, though
/// the corpus holds genuine deliveries for the fuzzer to play with.
@main
struct SignatureFuzz: FuzzTarget {
    private static let bodies = [
        #"{"test": 2432232314}"#,
        #"{"id":"r-1","email":"ana@example.com","score":9,"comment":"Fast support"}"#,
        "email=ana%40example.com&score=9&comment=Fast+support",
    ]

    private let sources: [SignedSource]

    init() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "nps-fuzz-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for form in SourceForm.all {
            let file = "signature: \(form.signature)\nmapping: .\n"
            try Data(file.utf8).write(to: directory.appending(path: form.name + ".yaml"))
        }
        let secrets = Dictionary(uniqueKeysWithValues: SourceForm.all.map { ($0.name, $0.secrets) })
        let catalogue = try SourceCatalogue(directory: directory.path, secrets: secrets)
        sources = try SourceForm.all.map { form in
            guard let source = catalogue.source(named: form.name) else { throw Finding("there is no \(form.name)") }
            let bodies = Self.bodies.prefix(form.vector == nil ? Self.bodies.count : 1).map { Array($0.utf8) }
            return try SignedSource(form, source, bodies: bodies)
        }
    }

    func test(_ input: [UInt8]) throws {
        let message = Message(input)
        let delivery = WebhookDelivery(
            method: message.method,
            publicURL: "https://nps.example.com" + message.target,
            headers: message.headers,
            body: message.body,
            receivedAt: SignedSource.now
        )
        for source in sources {
            try source.tryToDeceive(with: delivery)
            try source.signAndVerify(message.body)
        }
    }
}
