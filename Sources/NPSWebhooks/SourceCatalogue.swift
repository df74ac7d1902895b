import Foundation

/// # NPSWebhooks
///
/// The sources of signed webhooks: how each signs, and what its payloads mean. Both are data: presets and the
/// operator's YAML files describe them, and adding a tool needs no code.
///
/// ``SourceCatalogue`` holds what the configuration switches on; a ``WebhookSource`` verifies and maps deliveries.
package struct SourceCatalogue: Sendable {
    private let byName: [String: WebhookSource]

    /// - Parameters:
    ///   - directory: holds `*.yaml`, one source a file, which override presets of the same name; nil for none.
    ///   - secrets: by name; a name without any is no source.
    package init(directory: String?, secrets: [String: [String]]) throws(WebhookError) {
        var problems: [String] = []
        let presets = Dictionary(uniqueKeysWithValues: Self.presets.map { ($0.name, $0.file) })
        let files = Self.files(in: directory, presets: presets, problems: &problems)
        var sources: [String: WebhookSource] = [:]
        for name in Set(secrets.keys).union(files.keys).sorted() {
            guard let file = files[name] ?? presets[name] else {
                problems.append("webhooks.\(name).secrets is given, but there is no preset or file of that name.")
                continue
            }
            sources[name] = Self.source(name, file, secrets: secrets[name] ?? [], problems: &problems)
        }
        guard problems.isEmpty else { throw .sources(problems) }
        byName = sources
    }

    package func source(named name: String) -> WebhookSource? { byName[name] }

    /// Sorted by name.
    package var sources: [WebhookSource] { byName.values.sorted { $0.name < $1.name } }

    private static func files(
        in directory: String?,
        presets: [String: SourceFile],
        problems: inout [String]
    ) -> [String: SourceFile] {
        guard let directory else { return [:] }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            problems.append("webhooks.directory can't be read: \(directory)")
            return [:]
        }
        var files: [String: SourceFile] = [:]
        for name in names.sorted() where name.hasSuffix(".yaml") {
            let path = directory + "/" + name
            guard let data = FileManager.default.contents(atPath: path), let yaml = String(data: data, encoding: .utf8)
            else {
                problems.append("\(path) can't be read as text.")
                continue
            }
            let source = String(name.dropLast(5))
            guard isName(source) else {
                problems.append("\(path) must be named with lower-case letters, digits and hyphens: it becomes a path.")
                continue
            }
            files[source] = SourceFile(yaml: yaml, place: path, base: { presets[$0] }, problems: &problems)
        }
        return files
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
    }

    private static func source(
        _ name: String,
        _ file: SourceFile,
        secrets: [String],
        problems: inout [String]
    ) -> WebhookSource? {
        guard let scheme = file.signature else {
            problems.append("The webhook \(name) needs signature: without it nothing tells who sends.")
            return nil
        }
        if scheme.kind != .none, secrets.isEmpty {
            problems.append("The webhook \(name) needs webhooks.\(name).secrets.")
        }
        let keys = secrets.enumerated().compactMap { number, secret -> SigningKey? in
            if let key = SigningKey(secret, form: scheme.secret) { return key }
            problems.append(
                "Secret \(number + 1) of webhooks.\(name).secrets is empty or not in the form that it must have."
            )
            return nil
        }
        guard let mapping = mapping(file.mapping, name: name, problems: &problems) else { return nil }
        return WebhookSource(name: name, verifier: Verifier(scheme: scheme, keys: keys), mapping: mapping)
    }

    private static func mapping(_ program: String?, name: String, problems: inout [String]) -> Mapping? {
        guard let program else {
            problems.append("The webhook \(name) needs mapping: a jq program that says what a payload means.")
            return nil
        }
        if program == "." { return .identity }
        do throws(JQProgram.Failure) {
            return .jq(try JQProgram(program))
        } catch {
            problems.append("The mapping of the webhook \(name) is no jq program: \(error.message)")
            return nil
        }
    }
}
