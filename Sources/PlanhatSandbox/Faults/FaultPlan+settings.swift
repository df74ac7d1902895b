package import NPSModel

extension FaultPlan {
    /// Reads `key=value` strings, the later ones winning, and names all problems at once.
    package init(parsing settings: [String]) throws(SandboxError) {
        var problems: [String] = []
        for setting in settings {
            let parts = setting.split(separator: "=", maxSplits: 1).map { String($0) }
            guard parts.count == 2 else {
                problems.append("\(setting) is no key=value")
                continue
            }
            if let problem = set(parts[0], to: parts[1]) { problems.append(problem) }
        }
        guard problems.isEmpty else { throw .faults(problems) }
    }

    /// Sets the members of a JSON object: the same names, and as values the same texts or plain numbers, where a
    /// whole number is a count. Nothing is changed unless all of them can be read.
    package mutating func merge(_ json: JSONValue) throws(SandboxError) {
        guard case .object(let members) = json else { throw .faults(["the body must be a JSON object"]) }
        var plan = self
        var problems: [String] = []
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let text: String? =
                switch value {
                case .string(let text): text
                case .integer(let number): String(number)
                case .number(let number): String(number)
                default: nil
                }
            guard let text else {
                problems.append("\(name) must be text or a number")
                continue
            }
            if let problem = plan.set(name, to: text) { problems.append(problem) }
        }
        guard problems.isEmpty else { throw .faults(problems) }
        self = plan
    }

    /// All behaviours, and the faults that can still strike, as ``merge(_:)`` reads them.
    package var json: JSONValue {
        var members: [String: JSONValue] = [:]
        for setting in FaultSetting.all {
            members[setting.name] = setting.print(self).map(JSONValue.string)
        }
        return .object(members)
    }

    /// One line for each name with the values it takes, for `--help`.
    package static var usage: [String] {
        FaultSetting.all.map { "\($0.name)=\($0.form == FaultTrigger.form ? "WHEN" : $0.form)" }
            + ["WHEN is \(FaultTrigger.form)"]
    }

    /// Nil when it is set; otherwise what is wrong.
    private mutating func set(_ name: String, to text: String) -> String? {
        guard let setting = FaultSetting.all.first(where: { $0.name == name }) else {
            return "there is no fault named \(name)"
        }
        return setting.read(text, &self) ? nil : "\(name) must be \(setting.form)"
    }
}
