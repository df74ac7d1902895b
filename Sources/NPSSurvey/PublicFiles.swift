import Foundation

/// The contents of `public/`, by their paths in it: those built into the program, and over them the operator's own.
struct PublicFiles {
    private(set) var contents: [String: [UInt8]] = [
        "layout.mustache": PackageResources.layout_mustache,
        "form.mustache": PackageResources.form_mustache,
        "notice.mustache": PackageResources.notice_mustache,
        "style.css": PackageResources.style_css,
        "languages/en.json": PackageResources.en_json,
    ]

    /// - Parameter directory: its `*.mustache`, `style.css` and `languages/*.json` replace the built-in ones file by
    ///   file; other files in it are none of our business.
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
            throw .template(file: name, problem: "can't be read")
        }
        contents[name] = Array(data)
    }

    /// Templates and the style sheet by their names in a page: `form`, `style`.
    ///
    /// Line ends become LF, as an HTML parser would make them: the style's hash is taken over what the browser sees.
    func templates() throws(SurveyError) -> [Template] {
        var templates: [Template] = []
        for (file, bytes) in contents.sorted(by: { $0.key < $1.key }) where !file.hasPrefix("languages/") {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .template(file: file, problem: "is not UTF-8 text")
            }
            let source = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
            templates.append(Template(file: file, source: source))
        }
        return templates
    }

    /// A file of the operator's gives only the sentences it wants to change; another language's falls back to English.
    func catalogues() throws(SurveyError) -> Catalogues {
        let englishFile = "languages/en.json"
        let builtIn = PackageResources.en_json
        var english = try Catalogue(builtIn, language: .english, file: englishFile, completing: nil)
        if let own = contents[englishFile], own != builtIn {
            english = try Catalogue(own, language: .english, file: englishFile, completing: english)
        }
        var others: [Language: Catalogue] = [:]
        for (file, json) in contents where file.hasPrefix("languages/") && file != englishFile {
            let language = Language(String(file.dropFirst("languages/".count).dropLast(".json".count)))
            others[language] = try Catalogue(json, language: language, file: file, completing: english)
        }
        return Catalogues(english: english, others: others)
    }
}
