import Foundation
import NPSWebhooks

/// Where alerts go, and in which form: `alerts.url`, `alerts.secret` and `alerts.format`. Nothing here is ever printed: an
/// address of Slack's is itself a secret.
package struct AlertReceiver: Sendable {
    package enum Format: String, Sendable, Hashable, CaseIterable {
        /// JSON, signed as Standard Webhooks says.
        case standard
        /// What Slack's incoming webhooks take.
        case slack
    }

    let url: String
    /// Nil for Slack.
    let signer: StandardSigner?

    /// - Parameters:
    ///   - url: https, or http to this machine.
    ///   - signer: of the format `standard`; nil for `slack`.
    init(url: String, signer: StandardSigner?) {
        (self.url, self.signer) = (url, signer)
    }

    /// A request that says this.
    ///
    /// - Parameters:
    ///   - id: stays the same when it is sent again.
    ///   - date: when it was decided, which may be long ago.
    ///   - now: when it is sent.
    func request(
        _ content: AlertContent,
        _ event: AlertEvent,
        id: String,
        decidedAt date: Date,
        at now: Date
    ) -> AlertRequest {
        guard let signer else { return AlertRequest(headers: [], body: SlackBody(content, event).bytes) }
        let body = StandardBody(content, event, at: date).bytes
        return AlertRequest(headers: signer.headers(signing: body, id: id, at: now), body: body)
    }
}

extension AlertReceiver: CustomStringConvertible, CustomReflectable {
    package var description: String { "(not shown)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What is posted to a receiver, beside `Content-Type`.
struct AlertRequest: Sendable {
    let headers: [(name: String, value: String)]
    let body: [UInt8]
}

/// `{"type": "alert.began", "timestamp": …, "data": …}`: the form that Standard Webhooks recommends.
struct StandardBody: Encodable {
    let type: String
    let timestamp: String
    let data: AlertContent

    /// - Parameter date: when it was decided.
    init(_ content: AlertContent, _ event: AlertEvent, at date: Date) {
        type = "alert.\(event.rawValue)"
        timestamp = date.formatted(.iso8601)
        data = content
    }

    var bytes: [UInt8] { Self.encoded(self) }

    static func encoded(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map(Array.init) ?? []
    }
}

/// A message for Slack's incoming webhooks: a text for notifications, and the same as a block with its context below.
struct SlackBody: Encodable {
    private struct Text: Encodable {
        let type = "mrkdwn"
        let text: String
    }

    private struct Block: Encodable {
        let type: String
        var text: Text?
        var elements: [Text]?
    }

    let text: String
    private let blocks: [Block]

    init(_ content: AlertContent, _ event: AlertEvent) {
        let mark =
            switch (event, content.severity) {
            case (.ended, _): ":white_check_mark: Over"
            case (.trial, _): ":wave: Trial"
            case (_, .critical): ":rotating_light: Critical"
            case (_, .warning): ":warning: Warning"
            }
        let again = event == .repeated ? " (still)" : ""
        let summary = Self.escaped(content.summary)
        text = "\(mark)\(again): \(summary)"
        let source = content.source.map { ", source \($0)" } ?? ""
        let context = "\(content.alert), collector \(content.collector)\(source), since \(content.since); see "
        blocks = [
            Block(type: "section", text: Text(text: "*\(mark)\(again)*\n\(summary)\n\(Self.escaped(content.advice))")),
            Block(type: "context", elements: [Text(text: Self.escaped(context + content.documentation))]),
        ]
    }

    var bytes: [UInt8] { StandardBody.encoded(self) }

    /// The three characters that mean something to Slack.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
