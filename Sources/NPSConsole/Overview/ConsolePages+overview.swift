package import NPSPages

extension ConsolePages {
    /// At a glance: whether it accepts, whether it delivers, and what needs a person.
    package func overview(_ overview: Overview, in visit: Visit) -> Page {
        let text = sentences(visit)
        let view = OverviewView(overview, text, visit)
        return page("overview", area: .overview, title: text["overviewTitle"], view, at: overview.date, in: visit)
    }

    /// Every source there is, in the order of their labels.
    ///
    /// - Parameter label: the last of the page before; empty for the first page.
    package func sources(_ overview: Overview, after label: String, in visit: Visit) -> Page {
        let text = sentences(visit)
        let view = SourcesView(overview, after: label, text, visit)
        return page("sources", area: .sources, title: text["sourcesHeading"], view, at: overview.date, in: visit)
    }
}

/// What `sources.mustache` prints.
private struct SourcesView: Sendable {
    private static let limit = 20

    /// Nil when there are none, and when nobody knows.
    let sources: SourceTable?
    /// Why there are none.
    let remark: String?

    init(_ overview: Overview, after label: String, _ text: Sentences, _ visit: Visit) {
        let table = SourceTable(overview, limit: Self.limit, after: label, text, visit)
        sources = table.rows.isEmpty ? nil : table
        remark = table.rows.isEmpty ? text[overview.sources == nil ? "silent" : "noSources"] : nil
    }
}
