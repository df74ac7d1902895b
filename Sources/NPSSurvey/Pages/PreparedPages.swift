import HTTPTypes
import NPSPages

/// A page of one state, as far as it can be made before the request.
enum PreparedPage: Sendable {
    /// A request only joins the pieces.
    case cut(PageCuts, HTTPFields)
    /// Its template does more with a value than print it: it is rendered for each request.
    case rendered
}

/// Pages that were rendered once for their state and cut at their values.
///
/// A page is prepared at the first request for its state; a form that comes back, and every page of a survey of
/// `surveys.directory`, at the second: whoever goes through all of their states doesn't displace what others ask for. Then it is also
/// rendered with two sets of awkward values; unless its pieces, joined with the same values, are equal to that byte by
/// byte, it stays one that is rendered each time.
///
/// The memory is bounded by the two shelves, about 10 MiB; the built-in templates need about 65 KiB a language. The surveys
/// of `surveys.directory` share two further ones, however many they are. Forms that
/// come back have a shelf of their own, as whoever sends them can choose among thousands of states, and to prepare a page
/// that nobody else gets would take longer than to render it.
final class PreparedPages: Sendable {
    private let renderer: PageRenderer
    let marks = PageMarks()
    private let first: PageShelf
    private let returned: PageShelf

    /// - Parameters:
    ///   - first: for forms shown for the first time and for notices.
    ///   - returned: for forms that come back.
    init(_ renderer: PageRenderer, first: PageShelf = .ofFirst(), returned: PageShelf = .ofReturned()) {
        self.renderer = renderer
        self.first = first
        self.returned = returned
    }

    func page(_ state: PageState, _ values: PageValues) -> Page {
        let (prepared, isNew) = prepared(state)
        var page =
            switch prepared {
            case .cut(let cuts, let headers): Page(bytes: cuts.joined(with: values), headers: headers)
            case .rendered: renderer.page(state, values)
            }
        if isNew { page.isRendered = true }
        return page
    }

    /// Whether a request for a page of this state only joins pieces.
    func isCut(_ state: PageState) -> Bool {
        if case .cut = prepared(state).page { true } else { false }
    }

    /// - Returns: with whether it was made just now.
    private func prepared(_ state: PageState) -> (page: PreparedPage, isNew: Bool) {
        let shelf = state.isReturned ? returned : first
        if let page = shelf[state] { return (page, false) }
        if state.isReturned || state.survey != .ofSettings, !shelf.wasAsked(for: state) { return (.rendered, true) }
        let page = prepare(state)
        shelf.put(page, for: state)
        return (page, true)
    }

    private func prepare(_ state: PageState) -> PreparedPage {
        let marked = renderer.html(state, marks.values)
        let cuts = PageCuts(marked, at: marks)
        let policy = renderer.policy(for: marked)
        for values in [PageValues.hostile, PageValues()] {
            let html = renderer.html(state, values)
            // A value within the style sheet changes the policy.
            guard cuts.joined(with: values) == html, renderer.policy(for: html) == policy else { return .rendered }
        }
        return .cut(cuts, renderer.headers(state, policy: policy))
    }
}
