/// # NPSWebhooks
///
/// The sources of signed webhooks: how each signs (`Signature/`), how its bodies are written (`Payload/`) and what they
/// mean (`Mapping/`). All of this is data, from presets and the operator's YAML files (`Catalogue/`): adding a tool needs
/// no code.
///
/// ``SourceCatalogue`` has the sources that the configuration switches on; a ``WebhookSource`` verifies and maps
/// webhook deliveries.
package struct SourceCatalogue: Sendable {
    private let byName: [String: WebhookSource]

    /// - Parameters:
    ///   - directory: has one `*.yaml` file a source, which replaces a preset of the same name; nil for none.
    ///   - secrets: by source. A preset without any is switched off; a file needs some unless it says `kind: none`.
    package init(directory: String?, secrets: [String: ConfiguredSecrets]) throws(WebhookError) {
        let presets = Dictionary(uniqueKeysWithValues: Self.presets.map { ($0.name, $0.file) })
        let files = directory.map { SourceDirectory(path: $0, presets: presets) }
        var builder = SourceBuilder(
            secrets: secrets,
            names: Array(presets.keys) + (files?.names ?? []),
            hasDirectory: directory != nil
        )
        builder.problems += files?.problems ?? []
        var sources: [String: WebhookSource] = [:]
        for name in Set(secrets.keys).union(files?.names ?? []).sorted() {
            if let file = files?.files[name] {
                sources[name] = builder.source(name, file.content, place: file.path)
            } else if files?.names.contains(name) != true {
                sources[name] = builder.source(name, preset: presets[name])
            }
        }
        guard builder.problems.isEmpty else { throw .sources(builder.problems) }
        byName = sources
    }

    package func source(named name: String) -> WebhookSource? { byName[name] }

    /// By what is stored of a source: its label, or its name in entries of earlier versions.
    package func source(labelled label: String) -> WebhookSource? {
        byName[label] ?? byName.values.first { $0.label == label }
    }

    /// Sorted by name.
    package var sources: [WebhookSource] { byName.values.sorted { $0.name < $1.name } }
}

extension SourceCatalogue {
    /// A source without secrets, to try its mapping: it verifies no delivery. Nil when there is neither a file nor a
    /// preset of this name.
    package static func trial(named name: String, directory: String?) throws(WebhookError) -> WebhookSource? {
        let presets = Dictionary(uniqueKeysWithValues: Self.presets.map { ($0.name, $0.file) })
        let directory = directory.map { SourceDirectory(path: $0, presets: presets, only: name) }
        var builder = SourceBuilder(secrets: [:])
        builder.problems = directory?.problems ?? []
        let file = directory?.files[name]
        guard builder.problems.isEmpty, let content = file?.content ?? presets[name] else {
            if builder.problems.isEmpty { return nil }
            throw .sources(builder.problems)
        }
        let mapping = builder.mapping(content, place: file?.path ?? name)
        guard let mapping else { throw .sources(builder.problems) }
        return WebhookSource(
            name: name,
            verifier: Verifier(combination: .any, schemes: []),
            mapping: mapping,
            file: content
        )
    }
}
