import Foundation
import NPSModel
import NPSPages

/// The files of `public/` by their paths in it: the built-in ones, replaced by the operator's own.
struct PublicFiles {
    private static let builtIn: [String: [UInt8]] = [
        "layout.mustache": PackageResources.layout_mustache,
        "form.mustache": PackageResources.form_mustache,
        "notice.mustache": PackageResources.notice_mustache,
        "style.css": PackageResources.style_css,
        "languages/en.json": PackageResources.en_json,
        "languages/de.json": PackageResources.de_json,
        "languages/fr.json": PackageResources.fr_json,
        "languages/es.json": PackageResources.es_json,
        "languages/it.json": PackageResources.it_json,
        "languages/nl.json": PackageResources.nl_json,
        "languages/pt.json": PackageResources.pt_json,
        "languages/sv.json": PackageResources.sv_json,
        "languages/da.json": PackageResources.da_json,
        "languages/nb.json": PackageResources.nb_json,
        "languages/fi.json": PackageResources.fi_json,
        "languages/pl.json": PackageResources.pl_json,
        "languages/ja.json": PackageResources.ja_json,
        "languages/ar.json": PackageResources.ar_json,
        "languages/he.json": PackageResources.he_json,
    ]

    private(set) var contents = Self.builtIn

    /// - Parameter directory: its `*.mustache`, `style.css` and `languages/*.json` replace the built-in ones file by
    ///   file; other files in it are ignored. Nil for the built-in files alone.
    init(overriddenBy directory: String?) throws(SurveyError) {
        guard let directory else { return }
        let root = URL(fileURLWithPath: directory, isDirectory: true)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: root.path) else {
            throw .publicDirectory(path: directory)
        }
        for name in names where name.hasSuffix(".mustache") || name == "style.css" {
            try read(name, in: root)
        }
        let languages = root.appending(path: "languages")
        let catalogues = (try? FileManager.default.contentsOfDirectory(atPath: languages.path)) ?? []
        for name in catalogues where name.hasSuffix(".json") {
            try read("languages/" + name, in: root)
        }
    }

    private mutating func read(_ name: String, in root: URL) throws(SurveyError) {
        guard let data = try? Data(contentsOf: root.appending(path: name)) else {
            let file = UnreadableFile(at: root.appending(path: name).path)
            throw .template(file: name, problem: "can't be read: \(file)")
        }
        contents[name] = Array(data)
    }

    /// The templates and the style sheet, which pages include like a template. The built-in style sheet comes without its
    /// layout.
    func templates() throws(PageError) -> [Template] {
        var templates: [Template] = []
        for (file, bytes) in contents.sorted(by: { $0.key < $1.key }) where !file.hasPrefix("languages/") {
            let isOurs = file == "style.css" && bytes == Self.builtIn[file]
            templates.append(try Template(file: file, bytes, isCompacted: isOurs))
        }
        return templates
    }

    /// An operator's file has only the sentences to change; the others are the built-in ones, or English ones for a
    /// language that is not built in.
    func catalogues() throws(SurveyError) -> Catalogues {
        let english = try catalogue(.english, completing: nil)
        var others: [Language: Catalogue] = [:]
        for file in contents.keys where file.hasPrefix("languages/") {
            let language = Language(String(file.dropFirst("languages/".count).dropLast(".json".count)))
            if language != .english { others[language] = try catalogue(language, completing: english) }
        }
        return Catalogues(english: english, others: others)
    }

    private func catalogue(_ language: Language, completing english: Catalogue?) throws(SurveyError) -> Catalogue {
        let file = "languages/\(language.tag).json"
        var base = english
        if let json = Self.builtIn[file] {
            base = try Catalogue(json, language: language, file: file, completing: english)
        }
        if let json = contents[file], json != Self.builtIn[file] {
            base = try Catalogue(json, language: language, file: file, completing: base)
        }
        guard let base else { throw .catalogue(file: file, problem: "is missing") }
        return base
    }
}
