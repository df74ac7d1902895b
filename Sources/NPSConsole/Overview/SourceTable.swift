import Foundation
import NPSQueue

/// What came from each source, those first that somebody should look after, then those that sent something last.
struct SourceTable: Sendable {
    struct Row: Sendable {
        let source: String
        /// What is the matter with it; nil for nothing.
        let trouble: String?
        let lastDelivery: String
        /// Deliveries, and of these with a response, ignored; requests refused, and those without room.
        let counts: [String]
    }

    let rows: [Row]
    /// Where the others are; nil when these are all.
    let more: String?

    /// - Parameter limit: how many rows there are at most.
    init(_ sources: [Overview.Source], of overview: Overview, limit: Int, _ text: Sentences, more: String) {
        let rows = sources.map { (Self.trouble(of: $0, overview.alerts, text), $0) }.sorted { left, right in
            let dates = [left, right].map { $0.1.record?.lastDeliveryAt ?? .distantPast }
            if (left.0 == nil) != (right.0 == nil) { return left.0 != nil }
            return dates[0] == dates[1] ? left.1.label < right.1.label : dates[0] > dates[1]
        }
        self.rows = rows.prefix(limit).map { Row($1, trouble: $0, at: overview.date, text) }
        self.more = rows.count > limit ? more : nil
    }

    private static func trouble(of source: Overview.Source, _ alerts: [String], _ text: Sentences) -> String? {
        for kind in ["NPSSourceSilent", "NPSSourceOnlyIgnored", "NPSSourceRefused"]
        where alerts.contains("\(kind) \(source.label)") {
            return text["trouble" + kind]
        }
        return source.isConfigured ? nil : text["troubleGone"]
    }
}

extension SourceTable.Row {
    fileprivate init(_ source: Overview.Source, trouble: String?, at date: Date, _ text: Sentences) {
        let counts = source.record?.counts ?? SourceCounts()
        self.source = source.label
        self.trouble = trouble
        lastDelivery =
            source.record?.lastDeliveryAt.map { text("ago", ["age": text.duration(date.timeIntervalSince($0))]) }
            ?? text["never"]
        self.counts = [counts.deliveries, counts.fruitful, counts.ignored, counts.refused, counts.withoutRoom]
            .map(text.number)
    }
}
