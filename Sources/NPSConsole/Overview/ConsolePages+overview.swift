package import NPSPages

extension ConsolePages {
    /// At a glance: whether it accepts, whether it delivers, and what needs a person.
    package func overview(_ overview: Overview, in visit: Visit) -> Page {
        let text = sentences(visit)
        let view = OverviewView(overview, text, visit)
        return page("overview", area: .overview, title: text["overviewTitle"], view, at: overview.date, in: visit)
    }

    /// Every source there is, without a limit.
    package func sources(_ overview: Overview, in visit: Visit) -> Page {
        let text = sentences(visit)
        let sources = SourceTable(overview.sources ?? [], of: overview, limit: .max, text, more: "")
        return page("sources", area: nil, title: text["sourcesHeading"], sources, at: overview.date, in: visit)
    }
}
