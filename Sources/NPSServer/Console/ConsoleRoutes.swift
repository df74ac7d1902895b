import Foundation
import HTTPTypes
import Hummingbird
import NPSConsole
import NPSPages
import NPSQueue

/// The operators' pages. Each is gathered with bounded patience, because whoever looks wants to know above all why nothing
/// answers.
struct ConsoleRoutes {
    let pages: ConsolePages
    let gathering: ConsoleGathering

    /// - Parameter router: lets only those in who may see the pages and change what is stored.
    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("/") { request, _ in await overview(request) }
        router.get(RouterPath(Area.nps.path)) { request, _ in await statistics(request) }
        router.get(RouterPath(Area.sources.path)) { request, _ in
            let page = pages.sources(
                await gathering.sources(),
                after: request.field("after") ?? "",
                in: pages.visit(request)
            )
            return HTTPAnswer(page, .ok)
        }
    }

    private func overview(_ request: Request) async -> HTTPAnswer {
        let visit = pages.visit(request)
        var overview = await gathering.overview()
        overview.renewsItself = request.field("still") == nil
        var page = pages.overview(overview, in: visit)
        if overview.renewsItself, let refresh = Self.refresh { page.headers[refresh] = "60" }
        return HTTPAnswer(page, .ok)
    }

    private func statistics(_ request: Request) async -> HTTPAnswer {
        let query = StatisticsQuery(request.field)
        let counts = await gathering.tallies(query.period)
        return HTTPAnswer(pages.statistics(counts, of: query, at: gathering.now(), in: pages.visit(request)), .ok)
    }

    /// The header and not the element that does the same: nobody can stop that one (WCAG 2.2, technique F41). The page says
    /// how to.
    private static let refresh = HTTPField.Name("Refresh")
}

extension ConsolePages {
    /// From where the page is asked for. An answer to a form can't be opened again, so that other languages lead to the page
    /// that the form belongs to.
    func visit(_ request: Request) -> Visit {
        let isForm = request.method == .post
        var visit = self.visit(
            lang: request.field("lang"),
            accepted: request.fieldLines("accept-language"),
            query: isForm ? nil : request.uri.query
        )
        if isForm { visit.base = Area(at: request.segments(below: "")).path }
        return visit
    }
}

extension Request {
    /// The text of a field in a page's address, where forms put it as into a body; nil when it is absent, given twice, or no
    /// form's.
    func field(_ name: String) -> String? {
        try? URLEncodedForm(Array((uri.query ?? "").utf8), fields: [name]).fields[name]
    }
}

extension Area {
    /// The one that a path leads to, or into; the overview for any other.
    init(at segments: [Substring]) {
        let second = segments.first == "console" ? segments.dropFirst().first : nil
        self = second.flatMap { Area(rawValue: String($0)) } ?? .overview
    }
}

extension HTTPAnswer {
    /// For an address at which there is nothing to see.
    static func toArea(_ area: Area, _ visit: Visit) -> HTTPAnswer { .seeOther(visit.address(area.path)) }
}
