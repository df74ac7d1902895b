import Foundation
import NPSWebhooks
import Testing

@testable import NPSApp

@Suite("What is posted")
struct AlertBodyTests {
    private static let now = Date(timeIntervalSince1970: 1_700_000_000)

    private func content(_ event: AlertEvent = .began, source: String = "") -> AlertContent {
        AlertContent(
            source.isEmpty ? .deliveryPaused : .quarantineGrowing,
            event,
            since: Self.now,
            collector: "one",
            source: source,
            incident: "incident-1",
            detail: AlertDetail(count: source.isEmpty ? nil : 3, reason: source.isEmpty ? "token" : nil)
        )
    }

    private func text(_ receiver: AlertReceiver, _ content: AlertContent, _ event: AlertEvent) -> String {
        String(
            decoding: receiver.request(content, event, id: "alert-1", decidedAt: Self.now, at: Self.now + 60).body,
            as: UTF8.self
        )
    }

    @Test("the form for Slack can be read there")
    func slack() {
        let receiver = AlertReceiver(url: "https://hooks.slack.com/services/T/B/x", signer: nil)
        #expect(
            text(receiver, content(), .began) == """
                {"blocks":[{"text":{"text":"*:rotating_light: Critical*\\nDelivery to Planhat is paused: token. Responses go on being \
                accepted, and wait.\\nSee nps-collector queue status for what Planhat wants changed; then delivery goes on by \
                itself.","type":"mrkdwn"},"type":"section"},{"elements":[{"text":"NPSDeliveryPaused, collector one, since \
                2023-11-14T22:13:20Z; see Operations.md#NPSDeliveryPaused","type":"mrkdwn"}],"type":"context"}],\
                "text":":rotating_light: Critical: Delivery to Planhat is paused: token. Responses go on being accepted, and wait."}
                """
        )
        #expect(
            text(receiver, content(.ended), .ended).contains(
                #""text":":white_check_mark: Over: Delivery to Planhat goes on.""#
            )
        )
        #expect(
            receiver.request(content(), .began, id: "alert-1", decidedAt: Self.now, at: Self.now + 60).headers.isEmpty
        )
    }

    @Test("what means something to Slack is escaped")
    func escaped() {
        let body = String(decoding: SlackBody(content(source: "<a&b>"), .began).bytes, as: UTF8.self)
        #expect(body.contains("&lt;a&amp;b&gt;") && !body.contains("<a"))
    }

    @Test("the standard form is JSON under a type")
    func standard() throws {
        let signer = try #require(StandardSigner(secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"))
        let receiver = AlertReceiver(url: "https://example.com", signer: signer)
        #expect(
            text(receiver, content(source: "typeform"), .repeated) == """
                {"data":{"advice":"See nps-collector quarantine list; mend the mapping, then quarantine replay.",\
                "alert":"NPSQuarantineGrowing","collector":"one","count":3,"documentation":"Operations.md#NPSQuarantineGrowing",\
                "incident":"incident-1","severity":"warning","since":"2023-11-14T22:13:20Z","source":"typeform",\
                "summary":"Deliveries of typeform go into quarantine, where it has 3 now."},\
                "timestamp":"2023-11-14T22:13:20Z","type":"alert.repeated"}
                """
        )
    }

    @Test("what is kept is what is sent")
    func kept() {
        let content = content(source: "typeform")
        #expect(AlertContent(kept: content.kept) == content)
        #expect(AlertContent(kept: "{}") == nil)
    }

    @Test("nothing prints the address or the secret")
    func secrecy() throws {
        let secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
        let signer = try #require(StandardSigner(secret: secret))
        let receiver = AlertReceiver(url: "https://hooks.slack.com/services/T0/B0/secret", signer: signer)
        for text in ["\(receiver)", String(reflecting: receiver), "\(signer)", String(reflecting: signer)] {
            #expect(!text.contains("slack") && !text.contains("MDEy"))
        }
    }
}
