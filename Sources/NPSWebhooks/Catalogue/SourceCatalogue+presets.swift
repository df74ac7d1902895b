extension SourceCatalogue {
    /// The tools that are known beforehand, in the order in which they are listed.
    package static let presets: [Preset] = readPresets().presets

    /// The embedded files with everything that is wrong with them, which is for the tests to see: nothing is.
    static func readPresets() -> (presets: [Preset], problems: [SourceProblem]) {
        var presets: [Preset] = []
        var problems: [SourceProblem] = []
        for (name, yaml) in PresetFiles.all {
            let base = Dictionary(uniqueKeysWithValues: presets.map { ($0.name, $0.file) })
            var reader = SourceFileReader(place: "\(name).yaml", presets: base)
            let text = String(decoding: yaml, as: UTF8.self)
            let file = reader.read(text)
            problems += reader.problems
            guard let file else { continue }
            presets.append(
                Preset(
                    name: name,
                    description: file.description ?? "",
                    status: file.status ?? .unverified,
                    advice: file.advice,
                    yaml: text,
                    file: file
                )
            )
        }
        return (presets, problems)
    }
}
