import Mustache

/// The templates of all pages. ``init(_:sentences:)`` checks that they fit together: each parses, includes only existing
/// templates, prints only existing sentences and escapes all that it prints.
package struct PageTemplates: Sendable {
    private let library: MustacheLibrary

    package init(_ templates: [Template], sentences: Set<String>) throws(PageError) {
        ScalarEscaping.register()
        let byName = Dictionary(templates.map { ($0.name, $0) }) { first, _ in first }
        var library = MustacheLibrary()
        for template in templates {
            try Self.check(template, among: byName, sentences: sentences)
            library.register(try Self.parse(template), named: template.name)
        }
        self.library = library
    }

    /// - Parameter view: what the template can print, by the names of its properties.
    package func render(_ name: String, _ view: some Sendable) -> String {
        library.render(view, withTemplate: name) ?? ""
    }

    private static func check(
        _ template: Template,
        among templates: [String: Template],
        sentences: Set<String>
    ) throws(PageError) {
        if template.hasUnescapedTag {
            throw .template(
                file: template.file,
                problem: "has a tag that begins with {{{, {{&, {{= or {{%; only escaped values may be printed"
            )
        }
        if let unknown = template.partials.first(where: { templates[$0] == nil }) {
            throw .template(file: template.file, problem: "includes a template named \(unknown), which doesn't exist")
        }
        if let unknown = template.sentences.first(where: { !sentences.contains($0) }) {
            throw .template(file: template.file, problem: "prints a sentence named \(unknown), which doesn't exist")
        }
        if reaches(template.name, from: template, among: templates) {
            throw .template(file: template.file, problem: "includes itself")
        }
    }

    private static func reaches(_ name: String, from start: Template, among templates: [String: Template]) -> Bool {
        var seen: Set<String> = []
        var open = start.partials
        while let next = open.popLast() {
            if next == name { return true }
            if seen.insert(next).inserted { open += templates[next]?.partials ?? [] }
        }
        return false
    }

    private static func parse(_ template: Template) throws(PageError) -> MustacheTemplate {
        do {
            return try MustacheTemplate(string: ScalarEscaping.pragma + template.source)
        } catch let error as MustacheTemplate.ParserError {
            throw .template(file: template.file, problem: "has a mistake in line \(error.context.lineNumber)")
        } catch {
            throw .template(file: template.file, problem: "has a mistake in one of its tags")
        }
    }
}
