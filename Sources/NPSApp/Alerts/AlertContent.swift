import Foundation

/// What a message says of an alert.
package enum AlertEvent: String, Sendable, Hashable {
    case began
    /// It holds a day later.
    case repeated
    case ended
    /// Nothing is wrong: somebody tries whether messages arrive.
    case trial
}

/// One message's content, as the body of `standard` has it under `data`. Bounded, because what goes in is: names from the
/// settings, counts, times, and sentences of this program.
package struct AlertContent: Sendable, Hashable, Codable {
    /// ``AlertKind``, or `trial`.
    let alert: String
    let severity: AlertTerms.Severity
    /// RFC 3339.
    let since: String
    /// A sentence.
    let summary: String
    /// What to do next.
    let advice: String
    /// The name of the collector that tells.
    let collector: String
    /// A source's label; nil for an alert that is about none.
    let source: String?
    let count: Int?
    /// A word, where there are several ways to be wrong.
    let reason: String?
    /// The same for what is said from beginning to end.
    let incident: String
    /// Where the documentation says more.
    let documentation: String

    init(
        _ kind: AlertKind,
        _ event: AlertEvent,
        since: Date,
        collector: String,
        source: String,
        incident: String,
        detail: AlertDetail
    ) {
        alert = kind.rawValue
        severity = kind.terms.severity
        self.since = Self.text(since)
        let sentences = AlertSentences(kind, source: source, collector: collector, detail)
        summary = event == .ended ? sentences.ended : sentences.holds
        advice = event == .ended ? "There is nothing left to do for this." : sentences.advice
        self.collector = collector
        self.source = source.isEmpty ? nil : source
        count = detail.count
        reason = detail.reason
        self.incident = incident
        documentation = "Operations.md#\(kind.rawValue)"
    }

    /// Of a trial.
    init(trialOf collector: String, at now: Date, incident: String) {
        alert = "trial"
        severity = .warning
        since = Self.text(now)
        summary = "This is a trial: alerts of the collector \(collector) arrive here."
        advice = "There is nothing to do."
        self.collector = collector
        (source, count, reason) = (nil, nil, nil)
        self.incident = incident
        documentation = "Operations.md#Alerts"
    }

    private static func text(_ date: Date) -> String { date.formatted(.iso8601) }

    /// For the queue to keep.
    var kept: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Nil for a text that no version of this program kept.
    init?(kept text: String) {
        guard let content = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else { return nil }
        self = content
    }
}
