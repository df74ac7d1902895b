import Configuration

/// One place that settings come from, such as the environment. Layers are asked in order; the first answer counts.
struct SettingsLayer: Sendable {
    /// As `check` names it: `command line`, `environment`, `.env`, or the YAML file's path.
    let name: String
    let snapshot: any ConfigSnapshot

    /// Nil when the layer is silent about the key; a single scalar stands for a list of one.
    func values(_ key: String) throws -> [String]? {
        let path = AbsoluteConfigKey(key.split(separator: ".").map(String.init))
        let scalar = Result { try snapshot.value(forKey: path, type: .string) }
        if case .success(let found) = scalar {
            guard case .string(let text)? = found.value?.content else { return nil }
            return [text]
        }
        guard case .stringArray(let list)? = try snapshot.value(forKey: path, type: .stringArray).value?.content else {
            return nil
        }
        return list
    }
}
