import Mustache

/// The templates of all pages. ``init(_:sentences:)`` checks that they fit together: each parses, includes only existing
/// templates, prints only existing sentences and escapes all that it prints.
struct PageTemplates: Sendable {
    private let library: MustacheLibrary

    init(_ templates: [Template], sentences: Set<String>) throws(SurveyError) {
        ScalarEscaping.register()
        let byName = Dictionary(templates.map { ($0.name, $0) }) { first, _ in first }
        var library = MustacheLibrary()
        for template in templates {
            try Self.check(template, among: byName, sentences: sentences)
            library.register(try Self.parse(template), named: template.name)
        }
        self.library = library
    }

    func render(_ name: String, _ view: PageView) -> String {
        library.render(view, withTemplate: name) ?? ""
    }

    private static func check(
        _ template: Template,
        among templates: [String: Template],
        sentences: Set<String>
    ) throws(SurveyError) {
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

    private static func parse(_ template: Template) throws(SurveyError) -> MustacheTemplate {
        do {
            return try MustacheTemplate(string: ScalarEscaping.pragma + template.source)
        } catch let error as MustacheTemplate.ParserError {
            throw .template(file: template.file, problem: "has a mistake in line \(error.context.lineNumber)")
        } catch {
            throw .template(file: template.file, problem: "has a mistake in one of its tags")
        }
    }
}

/// The source of one template and what its tags refer to. The tags are read here because the template library prints
/// nothing for an unknown name, so that only the people who get the page would notice the gap.
struct Template {
    let file: String
    let source: String

    /// The file's name without its extension, by which pages and other templates refer to it.
    var name: String {
        String(file.prefix { $0 != "." })
    }

    /// The templates that this one includes.
    var partials: [String] {
        tags.filter { $0.hasPrefix(">") || $0.hasPrefix("<") }.map {
            String($0.dropFirst().trimmingPrefix(while: \.isWhitespace))
        }
    }

    /// The names of the catalogue's sentences that this one prints, without `text.`.
    var sentences: [String] {
        tags.map { $0.trimmingPrefix { "#^/ ".contains($0) } }
            .filter { $0.hasPrefix("text.") }
            .map { String($0.dropFirst("text.".count)) }
    }

    /// Whether it has tags that print without escaping, or that change the delimiters and so could hide such tags.
    var hasUnescapedTag: Bool {
        ["{{{", "{{&", "{{=", "{{%"].contains { source.contains($0) }
    }

    private var tags: [Substring] {
        source.split(separator: "{{", omittingEmptySubsequences: false).dropFirst().map { rest in
            var tag = rest.prefix { $0 != "}" }
            while tag.last?.isWhitespace == true { tag.removeLast() }
            return tag
        }
    }
}
