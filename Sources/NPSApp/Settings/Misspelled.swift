import NPSModel

/// What a name that is no setting's was probably meant to be.
enum Misspelled {
    /// - Parameter key: dotted, as in the YAML file.
    static func key(_ key: String) -> String? {
        let parts = key.split(separator: ".")
        // Any name is right there.
        let name = parts.count == 3 && parts[0] == "webhooks" ? parts[1] : "NAME"
        return Spelling.nearest(key, among: names.map { $0.replacing("NAME", with: name) })
    }

    /// A sentence for each variable that has one letter wrong. With more, it may well be another program's.
    ///
    /// - Parameter place: what follows the variable's name.
    static func remarks(on variables: some Sequence<String>, place: (String) -> String) -> [String] {
        let known = Set(names.map { Setting.variable(for: $0) })
        return variables.sorted().filter { !known.contains($0) && !Settings.namesSource($0) }.compactMap { variable in
            let similar = known.filter { abs($0.utf8.count - variable.utf8.count) <= 1 }
            return Spelling.nearest(variable, among: similar.sorted(), within: 1).map {
                "\(variable) \(place(variable)) is not a setting: did you mean \($0)?"
            }
        }
    }

    private static var names: [String] {
        Setting.all.flatMap { $0.isSecret ? [$0.key, $0.key + "-file"] : [$0.key] }
    }
}
