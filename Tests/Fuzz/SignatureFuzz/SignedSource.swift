import Foundation
import Fuzzing
import NPSWebhooks

/// A source together with all that was ever signed for it: whatever else it believes is a forgery.
struct SignedSource: Sendable {
    let form: SourceForm
    let source: WebhookSource
    private let genuine: [Genuine]

    private struct Genuine: Sendable {
        let signed: Signed
        /// Without its last letter, whose lowest bits say nothing in base64; in lower case, as hex may come in both.
        let signature: String
    }

    /// Fails unless the source believes each of what was signed: else it might be that it believes nothing.
    init(_ form: SourceForm, _ source: WebhookSource) throws {
        self.form = form
        self.source = source
        genuine = try form.bodies.map { body in
            let signed = Signed(body: Array(body.utf8))
            let delivery =
                if let vector = form.vector {
                    signed.delivery(headers: vector)
                } else {
                    signed.delivery(try Self.parts(for: signed, from: source))
                }
            _ = try source.verify(delivery)
            return Genuine(signed: signed, signature: Self.signature(in: delivery))
        }
    }

    /// The longest word: nothing else in these deliveries is as long as a signature or token.
    private static func signature(in delivery: WebhookDelivery) -> String {
        let values = carriers(in: delivery).joined(separator: " ")
        let words = values.split { !$0.isLetter && !$0.isNumber && !"+/_-".contains($0) }
        return String(words.max { $0.count < $1.count }?.dropLast() ?? "")
    }

    /// Everything in a delivery that can hold a signature, in lower case.
    private static func carriers(in delivery: WebhookDelivery) -> [String] {
        let form = String(decoding: delivery.body, as: UTF8.self).split(separator: "&")
        let query = delivery.publicURL.split(separator: "?").dropFirst().joined().split(separator: "&")
        let fields = (form + query).map { $0.removingPercentEncoding ?? String($0) }
        return (delivery.headers.map(\.value) + fields).map { $0.lowercased() }
    }

    private static func parts(for signed: Signed, from source: WebhookSource) throws -> SignedParts {
        try source.sign(signed.body, id: Signed.id, at: Signed.now, method: Signed.method, url: Signed.url)
    }

    /// Nothing but what was signed is believed, and only with the whole signature.
    func tryToDeceive(with delivery: WebhookDelivery) throws {
        guard let verification = try? source.verify(delivery) else { return }
        let carriers = Self.carriers(in: delivery)
        let isGenuine = genuine.contains { genuine in
            carriers.contains { $0.contains(genuine.signature) }
                && form.covers.allSatisfy {
                    $0.isGenuine(in: delivery, deliveryID: verification.deliveryID, signed: genuine.signed)
                }
        }
        try expect(isGenuine, "\(form.name) believes what was never signed")
    }

    /// Whatever is signed is believed, and no more when one bit of it is another.
    func signAndVerify(_ body: [UInt8]) throws {
        guard form.signsAnything else { return }
        let signed = Signed(body: body)
        let parts = try Self.parts(for: signed, from: source)
        let verification = try? source.verify(signed.delivery(parts))
        try expect(verification != nil, "\(form.name) doesn't believe what was signed for it")
        guard form.coversBody, !body.isEmpty else { return }
        let believed = try? source.verify(signed.delivery(parts, isAltered: true))
        try expect(believed == nil, "\(form.name) believes an altered body")
    }
}
