import Yams

extension SourceFile {
    /// Reads a file; what is wrong with it is added to `problems`, each a sentence that begins with `place`.
    ///
    /// - Parameter base: the scheme whose fields the file overrides one by one; nil for a scheme from scratch.
    init?(yaml: String, place: String, base: (String) -> SourceFile?, problems: inout [String]) {
        let root: Node?
        do { root = try Yams.compose(yaml: yaml) } catch {
            problems.append("\(place) is not readable as YAML.")
            return nil
        }
        guard case .mapping(let members)? = root else {
            problems.append("\(place) must hold the keys preset, signature and mapping.")
            return nil
        }
        var reader = SourceFileReader(place: place)
        self.init()
        for (key, value) in members {
            switch key.string {
            case "preset": preset = reader.text(value, "preset")
            case "description": description = reader.text(value, "description")
            case "status": status = reader.choice(value, "status", Preset.Status.init)
            case "mapping": mapping = reader.text(value, "mapping")
            case "signature": break
            default: reader.note("has the unknown key \(key.string ?? "?")")
            }
        }
        let beneath = preset.flatMap(base)
        if let preset, beneath == nil { reader.note("names the preset \(preset), which there is none of") }
        if let value = members["signature"] {
            signature = reader.signature(value, over: beneath?.signature ?? SignatureScheme())
        }
        if let beneath { self = over(beneath) }
        problems += reader.problems
    }
}
