import NPSPages

/// The files of `public/console`, as they are built into the program.
struct ConsoleFiles {
    private static let pages: [String: [UInt8]] = [
        "layout.mustache": PackageResources.layout_mustache,
        "notice.mustache": PackageResources.notice_mustache,
        "overview.mustache": PackageResources.overview_mustache,
    ]

    /// By the languages' tags.
    let catalogues: [String: [UInt8]] = [
        "en": PackageResources.en_json,
        "de": PackageResources.de_json,
        "ar": PackageResources.ar_json,
    ]

    /// The templates and the style sheet, which the layout includes like a template.
    func templates() throws(PageError) -> [Template] {
        var templates = [try Template(file: "style.css", PackageResources.style_css, isCompacted: true)]
        for (file, bytes) in Self.pages.sorted(by: { $0.key < $1.key }) {
            templates.append(try Template(file: file, bytes))
        }
        return templates
    }
}
