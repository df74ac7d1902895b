import Foundation
import Fuzzing
import NPSModel
import NPSSurvey
import NPSWebhooks

/// Reads the input's body in every way in which the collector reads one: as the survey's form, as JSON, and as what a
/// tool sends, by its content type. What can be read must be the same when it is written and read again.
@main
struct BodyFuzz: FuzzTarget {
    private static let receivedAt = Date(timeIntervalSince1970: 1_614_265_330)

    /// Takes payloads as they are, so that nothing but reading and checking counts.
    private let source: WebhookSource

    init() throws {
        guard let source = try SourceCatalogue.trial(named: "standard", directory: nil) else {
            throw FuzzFailure("there is no preset standard")
        }
        self.source = source
    }

    func test(_ input: [UInt8]) throws {
        let message = Message(input)
        let contentType = message.value(of: "content-type")
        try readForm(message.body, contentType: contentType ?? FormValues.mediaType)
        if let value = try? JSONValue(parsing: message.body) { try expectRoundTrip(value) }
        try readPayload(message.body, contentType: contentType)
        try readPayload(message.body, contentType: WebhookSource.guessedContentType(of: message.body))
        try readDate(String(decoding: message.body.prefix(64), as: UTF8.self))
    }

    private func readForm(_ body: [UInt8], contentType: String) throws {
        guard let values = try? FormValues(parsing: body, contentType: contentType) else { return }
        let fields = [
            ("nonce", values.nonce.text), ("email", values.email), ("score", values.score), ("comment", values.comment),
        ]
        let written = fields.map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
        if written.utf8.count <= FormValues.byteLimit {
            let again = try FormValues(parsing: Array(written.utf8))
            try expect(again == values, "a form can't be read again")
        }
        try expectSound(
            Result { () throws(InvalidResponse) in try values.check(receivedAt: Self.receivedAt) },
            receivedAt: Self.receivedAt
        )
    }

    private func readPayload(_ body: [UInt8], contentType: String?) throws {
        let results = wait { [source] in
            (try? await source.map(body, contentType: contentType, receivedAt: Self.receivedAt)) ?? []
        }
        for result in results ?? [] { try expectSound(result, receivedAt: Self.receivedAt) }
    }

    private func readDate(_ text: String) throws {
        for zone in [nil, TimeZone(identifier: "Europe/Berlin")] {
            if let date = try? DateFormats(timeZone: zone).date(.string(text)) { try expectReadable(date) }
        }
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
