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
        for path in ["console", "console/**"] as [RouterPath] {
            router.get(path) { _, _ -> HTTPAnswer in throw Problem.notFound }
        }
        router.get("console/sources") { request, _ in
            let page = pages.sources(
                await gathering.sources(),
                after: request.query("after") ?? "",
                in: pages.visit(request)
            )
            return HTTPAnswer(page, .ok)
        }
    }

    private func overview(_ request: Request) async -> HTTPAnswer {
        let visit = pages.visit(request)
        var overview = await gathering.overview()
        overview.renewsItself = request.query("still") == nil
        var page = pages.overview(overview, in: visit)
        if overview.renewsItself, let refresh = Self.refresh { page.headers[refresh] = "60" }
        return HTTPAnswer(page, .ok)
    }

    private func statistics(_ request: Request) async -> HTTPAnswer {
        let names: Set = ["period", "survey", "source", "campaign", "by", "after"]
        // What a form puts into an address is encoded as in a body.
        let form = try? URLEncodedForm(Array((request.uri.query ?? "").utf8), fields: names)
        let query = StatisticsQuery { form?.fields[$0] }
        let counts = await gathering.tallies(query.period)
        return HTTPAnswer(pages.statistics(counts, of: query, at: gathering.now(), in: pages.visit(request)), .ok)
    }

    /// The header and not the element that does the same: nobody can stop that one (WCAG 2.2, technique F41). The page says
    /// how to.
    private static let refresh = HTTPField.Name("Refresh")
}

extension ConsolePages {
    /// From where the page is asked for.
    func visit(_ request: Request) -> Visit {
        visit(
            lang: request.query("lang"),
            accepted: request.fieldLines("accept-language"),
            query: request.method == .post ? nil : request.uri.query
        )
    }
}
