import Foundation
import HTTPTypes
package import NPSPages

/// # NPSConsole
///
/// The pages for whoever runs the collector, on the admin listener: what they show, as values, and how it looks. Nothing
/// in this module does input or output; the server gathers the values, checks who asks, and does what is asked for.
///
/// A page is a template of `public/console`, a view whose properties it prints, and a function here that makes one from the
/// other. Everything that is the same on every page is in ``PageFrame``.
package struct ConsolePages: Sendable {
    private let templates: PageTemplates
    private let catalogue: SentenceCatalogue

    /// The templates are checked here, so that a mistake in one is never found by whoever opens the page.
    package init() throws(PageError) {
        let files = ConsoleFiles()
        catalogue = try SentenceCatalogue(files.catalogues)
        templates = try PageTemplates(files.templates(), sentences: catalogue.names)
    }

    /// From where a page is asked for.
    ///
    /// - Parameters:
    ///   - tag: of `?lang=`; nil when it is absent.
    ///   - accepted: the values of the request's `Accept-Language` lines.
    ///   - query: of the page's address, as it came; nil when there is none, and for a page that a form was posted to.
    package func visit(lang tag: String?, accepted: [String], query: String? = nil) -> Visit {
        let rest = (query ?? "").split(separator: "&").filter { !$0.hasPrefix("lang=") }.joined(separator: "&")
        if let tag, let chosen = catalogue.known.lookup([tag]) {
            return Visit(language: chosen, isChosen: true, rest: rest)
        }
        let language = catalogue.known.lookup(AcceptedLanguages(accepted).ranges) ?? .english
        return Visit(language: language, isChosen: false, rest: rest)
    }

    func sentences(_ visit: Visit) -> Sentences { catalogue[visit.language] }

    private static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .referer

    /// - Parameters:
    ///   - template: its name.
    ///   - area: where in the navigation the page is; nil for nowhere.
    ///   - title: what the browser's tab says.
    ///   - content: what the template prints as `page`.
    ///   - date: when what it shows was so.
    func page(
        _ template: String,
        area: Area?,
        title: String,
        _ content: some Sendable,
        at date: Date,
        in visit: Visit
    ) -> Page {
        let frame = PageFrame(area: area, title: title, content, at: date, in: visit, catalogue)
        let html = Array(templates.render(template, frame).utf8)
        let policy = ContentSecurityPolicy(for: html, frameAncestors: "'none'")
        var headers = Page.headers(language: visit.language, policy: policy, isFramed: false)
        // With no-referrer, browsers send the forms of the page with Origin: null (Fetch §3.2), which says nothing about
        // where they come from. No address of these pages holds anything of a person.
        headers[Self.referrerPolicy] = "same-origin"
        return Page(bytes: html, headers: headers)
    }
}
