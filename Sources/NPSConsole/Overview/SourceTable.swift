import Foundation
import NPSQueue

/// What came from each source.
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
    /// Where the next are; nil when these are the last.
    let more: String?

    /// A page of all, in the order of their labels.
    ///
    /// - Parameter after: the last label of the page before.
    init(_ overview: Overview, limit: Int, after: String, _ text: Sentences, _ visit: Visit) {
        let rest = (overview.sources ?? []).filter { $0.label > after }.sorted { $0.label < $1.label }
        rows = rest.prefix(limit).map {
            Row($0, trouble: Self.trouble(of: $0, overview, text), at: overview.date, text)
        }
        let last = rest.count > limit ? rows.last?.source : nil
        more = last.map { visit.address(Area.sources.path, ["after": $0]) }
    }

    private static func trouble(of source: Overview.Source, _ overview: Overview, _ text: Sentences) -> String? {
        for kind in ["NPSSourceSilent", "NPSSourceOnlyIgnored", "NPSSourceRefused"]
        where overview.alerts.contains(Overview.Alert(name: kind, source: source.label)) {
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
