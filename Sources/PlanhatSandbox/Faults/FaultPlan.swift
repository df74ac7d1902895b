package import NPSModel

/// Everything that can be switched: how the sandbox behaves where Planhat's behaviour is unknown, and what goes wrong.
///
/// A plan is a value. ``next(for:using:)`` decides about one request and counts it; whoever holds the plan performs
/// the decision. With the same random numbers and the same requests the same things go wrong again.
package struct FaultPlan: Sendable, Hashable {
    package var behaviour = Behaviour()
    package var triggers: [FaultKind: FaultTrigger] = [:]
    /// Seeds the random numbers that rates draw; nil leaves them as they are.
    package var seed: UInt64?

    /// Nothing goes wrong.
    package init() {}

    /// Decides about the next request. At most one fault strikes it: the first in the order of ``FaultKind``.
    package mutating func next(for operation: Operation, using random: inout some RandomNumberGenerator) -> FaultAction
    {
        for kind in FaultKind.allCases where kind.applies(to: operation) {
            guard var trigger = triggers[kind], trigger.scope.contains(operation) else { continue }
            let fires = trigger.fires(using: &random)
            triggers[kind] = trigger.isSpent ? nil : trigger
            if fires { return kind.action(behaviour) }
        }
        return .proceed
    }
}

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

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): small, and the same
/// numbers for the same seed on every machine, so that a run with random faults can be repeated.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
