import Foundation
import Fuzzing
import NPSWebhooks

/// A source together with all that was ever signed for it: whatever else it believes is a forgery.
struct SignedSource: Sendable {
    /// Both the time of signing and that of arrival, so that the corpus never becomes stale: that of the vector which
    /// Standard Webhooks publishes.
    static let now = Date(timeIntervalSince1970: 1_614_265_330)
    static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    static let method = "POST"
    static let url = "https://nps.example.com/webhooks/acme?tenant=1"

    let form: SourceForm
    let source: WebhookSource
    let bodies: [[UInt8]]

    /// Fails unless the source believes each of what was signed: else it might be that it believes nothing.
    init(_ form: SourceForm, _ source: WebhookSource, bodies: [[UInt8]]) throws {
        self.form = form
        self.source = source
        self.bodies = bodies
        for body in bodies {
            let headers =
                try form.vector ?? source.sign(body, id: Self.id, at: Self.now, method: Self.method, url: Self.url)
            _ = try source.verify(Self.delivery(body, headers))
        }
    }

    private static func delivery(_ body: [UInt8], _ headers: [(name: String, value: String)]) -> WebhookDelivery {
        WebhookDelivery(method: method, publicURL: url, headers: headers, body: body, receivedAt: now)
    }

    /// Nothing but what was signed is believed.
    func tryToDeceive(with delivery: WebhookDelivery) throws {
        guard let verification = try? source.verify(delivery) else { return }
        if let token = form.token {
            try expect(delivery.headers.contains { $0.value == token }, "\(form.name) believes a wrong token")
            return
        }
        try expect(bodies.contains(delivery.body), "\(form.name) believes a body that was never signed")
        if form.signsID {
            try expect(verification.deliveryID == Self.id, "\(form.name) believes an id that was never signed")
        }
        if let time = form.signedTime {
            let hasTime = delivery.headers.contains { $0.value.contains(time) }
            try expect(hasTime, "\(form.name) believes a time that was never signed")
        }
        if form.signsAddress {
            let isSigned = delivery.method == Self.method && delivery.publicURL == Self.url
            try expect(isSigned, "\(form.name) believes an address that was never signed")
        }
    }

    /// Whatever is signed is believed, and no more when one bit of it is another.
    func signAndVerify(_ body: [UInt8]) throws {
        guard form.vector == nil else { return }
        let headers = try source.sign(body, id: Self.id, at: Self.now, method: Self.method, url: Self.url)
        let verification = try? source.verify(Self.delivery(body, headers))
        try expect(verification != nil, "\(form.name) doesn't believe what was signed for it")
        guard form.token == nil, let index = body.indices.last else { return }
        var altered = body
        altered[index] ^= 1
        let believed = try? source.verify(Self.delivery(altered, headers))
        try expect(believed == nil, "\(form.name) believes an altered body")
    }
}
