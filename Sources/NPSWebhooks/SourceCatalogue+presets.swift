extension SourceCatalogue {
    /// The tools that are known beforehand.
    package static let presets: [Preset] = PresetFiles.all.compactMap { name, yaml in
        var problems: [String] = []
        guard let file = SourceFile(yaml: yaml, place: name, base: { _ in nil }, problems: &problems), problems.isEmpty
        else { return nil }
        return Preset(
            name: name,
            description: file.description ?? "",
            status: file.status ?? .unverified,
            file: file
        )
    }
}
