import NPSPages

/// The files of `public/console`, as they are built into the program.
struct ConsoleFiles {
    private static let pages: [String: [UInt8]] = [
        "audit.mustache": PackageResources.audit_mustache,
        "discard.mustache": PackageResources.discard_mustache,
        "done.mustache": PackageResources.done_mustache,
        "erasure.mustache": PackageResources.erasure_mustache,
        "layout.mustache": PackageResources.layout_mustache,
        "notice.mustache": PackageResources.notice_mustache,
        "nps.mustache": PackageResources.nps_mustache,
        "overview.mustache": PackageResources.overview_mustache,
        "parked.mustache": PackageResources.parked_mustache,
        "payload.mustache": PackageResources.payload_mustache,
        "person.mustache": PackageResources.person_mustache,
        "quarantine.mustache": PackageResources.quarantine_mustache,
        "receipt.mustache": PackageResources.receipt_mustache,
        "replay.mustache": PackageResources.replay_mustache,
        "sources.mustache": PackageResources.sources_mustache,
        "sourcetable.mustache": PackageResources.sourcetable_mustache,
    ]

    /// The first is on every page; the others are on those that name them in their block `style`.
    private static let styles: [(String, [UInt8])] = [
        ("style.css", PackageResources.style_css),
        ("chart.css", PackageResources.chart_css),
        ("form.css", PackageResources.form_css),
        ("way.css", PackageResources.way_css),
        ("numbers.css", PackageResources.numbers_css),
        ("scroll.css", PackageResources.scroll_css),
        ("stack.css", PackageResources.stack_css),
    ]

    /// By the languages' tags.
    let catalogues: [String: [UInt8]] = [
        "en": PackageResources.en_json,
        "de": PackageResources.de_json,
        "ar": PackageResources.ar_json,
    ]

    /// Of the templates and the style sheets.
    var names: [String] { Self.styles.map(\.0) + Self.pages.keys }

    /// The templates and the style sheets, which pages include like templates.
    func templates() throws(PageError) -> [Template] {
        var templates: [Template] = []
        for (file, bytes) in Self.styles { templates.append(try Template(file: file, bytes, isCompacted: true)) }
        for (file, bytes) in Self.pages.sorted(by: { $0.key < $1.key }) {
            templates.append(try Template(file: file, bytes))
        }
        return templates
    }
}
