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
    let gathering: OverviewGathering

    /// - Parameter router: lets only those in who may see the pages and change what is stored.
    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("/") { request, _ in await overview(request) }
    }

    private func overview(_ request: Request) async -> HTTPAnswer {
        let visit = pages.visit(request)
        var page = pages.overview(await gathering.overview(), in: visit)
        if request.query("still") == nil { page.headers[Self.refresh] = "60" }
        return HTTPAnswer(page, .ok)
    }

    /// A header and not an element: assistive technology can't stop that of an element.
    private static let refresh = HTTPField.Name("Refresh") ?? .retryAfter
}

extension ConsolePages {
    /// From where the page is asked for.
    func visit(_ request: Request) -> Visit {
        visit(lang: request.query("lang"), accepted: request.fieldLines("accept-language"))
    }
}
