package import NPSPages

extension ConsolePages {
    /// - Parameter deed: what a form did just before; nil for nothing.
    package func parked(_ board: ParkedBoard, did deed: Deed?, in visit: Visit) -> Page {
        let text = sentences(visit)
        let view = ParkedView(board, did: deed, text, visit)
        return page("parked", area: .parked, title: text["parkedTitle"], view, at: board.date, in: visit)
    }
}
