import Fuzzing
import NPSWebhooks

/// A source together with all that was ever signed for it: whatever else it believes is a forgery.
struct SignedSource: Sendable {
    let form: SourceForm
    let source: WebhookSource
    private let signed: [Signed]

    /// Fails unless the source believes each of what was signed: else it might be that it believes nothing.
    init(_ form: SourceForm, _ source: WebhookSource) throws {
        self.form = form
        self.source = source
        signed = form.bodies.map { Signed(body: Array($0.utf8)) }
        for signed in signed {
            let delivery = try form.vector.map(signed.delivery) ?? signed.delivery(parts(for: signed))
            _ = try source.verify(delivery)
        }
    }

    private func parts(for signed: Signed) throws -> SignedParts {
        try source.sign(signed.body, id: Signed.id, at: Signed.now, method: Signed.method, url: Signed.url)
    }

    /// Nothing but what was signed is believed.
    func tryToDeceive(with delivery: WebhookDelivery) throws {
        guard let verification = try? source.verify(delivery) else { return }
        let isGenuine = signed.contains { signed in
            form.covers.allSatisfy {
                $0.isGenuine(in: delivery, deliveryID: verification.deliveryID, signed: signed)
            }
        }
        try expect(isGenuine, "\(form.name) believes what was never signed")
    }

    /// Whatever is signed is believed, and no more when one bit of it is another.
    func signAndVerify(_ body: [UInt8]) throws {
        guard form.signsAnything else { return }
        let signed = Signed(body: body)
        let parts = try parts(for: signed)
        let verification = try? source.verify(signed.delivery(parts))
        try expect(verification != nil, "\(form.name) doesn't believe what was signed for it")
        guard form.coversBody, !body.isEmpty else { return }
        let believed = try? source.verify(signed.delivery(parts, isAltered: true))
        try expect(believed == nil, "\(form.name) believes an altered body")
    }
}
