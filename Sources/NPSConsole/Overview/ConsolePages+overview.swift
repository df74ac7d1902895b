package import NPSPages

extension ConsolePages {
    package func overview(_ overview: Overview, in visit: Visit) -> Page {
        let text = sentences(visit)
        let view = OverviewView(overview, text, visit)
        return page("overview", area: .overview, title: text["overviewTitle"], view, at: overview.date, in: visit)
    }
}
