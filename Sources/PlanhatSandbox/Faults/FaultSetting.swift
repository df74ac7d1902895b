/// One name that a plan can be set by: how to read it from text and print it as the same text.
struct FaultSetting: Sendable {
    let name: String
    /// The values it takes, for usage texts and error messages.
    let form: String
    let print: @Sendable (FaultPlan) -> String?
    /// False when the text is none of the values.
    let read: @Sendable (String, inout FaultPlan) -> Bool

    /// All names: behaviours first, then the faults.
    static let all: [FaultSetting] = behaviours + FaultKind.allCases.map(fault)

    private static let behaviours: [FaultSetting] = [
        choice("post-duplicate", \.postDuplicate),
        choice("unknown-contact", \.unknownContact),
        choice("bulk-repeat", \.bulkRepeat),
        choice("error-entry", \.errorEntry),
        choice("error-body", \.errorBody),
        choice("rate-limit-form", \.retryAfter),
        choice("rate-limit-body", \.rateLimitBody),
        choice("read-id", \.readID),
        choice("object-ids", \.objectIDs),
        choice("poison", \.poison),
        number("rate-limit", \.rateLimit, in: 0...1_000_000),
        number("rate-limit-window", \.rateLimitWindow, in: 1...86_400),
        number("overlap-window", \.overlapWindow, in: 0...600_000),
        number("slow-delay", \.slowDelay, in: 0...600_000),
        seed,
    ]

    private static func choice<Value>(
        _ name: String,
        _ path: any WritableKeyPath<Behaviour, Value> & Sendable
    ) -> FaultSetting where Value: RawRepresentable<String> & CaseIterable & Sendable {
        FaultSetting(
            name: name,
            form: Value.allCases.map(\.rawValue).joined(separator: " | "),
            print: { $0.behaviour[keyPath: path].rawValue },
            read: { text, plan in
                guard let value = Value(rawValue: text) else { return false }
                plan.behaviour[keyPath: path] = value
                return true
            }
        )
    }

    private static func number(
        _ name: String,
        _ path: any WritableKeyPath<Behaviour, Int> & Sendable,
        in range: ClosedRange<Int>
    ) -> FaultSetting {
        FaultSetting(
            name: name,
            form: "\(range.lowerBound)–\(range.upperBound)",
            print: { String($0.behaviour[keyPath: path]) },
            read: { text, plan in
                guard let value = Int(text), range.contains(value) else { return false }
                plan.behaviour[keyPath: path] = value
                return true
            }
        )
    }

    private static let seed = FaultSetting(
        name: "seed",
        form: "a whole number",
        print: { $0.seed.map { String($0) } },
        read: { text, plan in
            guard let value = UInt64(text) else { return false }
            plan.seed = value
            return true
        }
    )

    private static func fault(_ kind: FaultKind) -> FaultSetting {
        FaultSetting(
            name: kind.rawValue,
            form: FaultTrigger.form,
            print: { $0.triggers[kind]?.text },
            read: { text, plan in
                guard let trigger = FaultTrigger(text) else { return false }
                plan.triggers[kind] = trigger.isSpent ? nil : trigger
                return true
            }
        )
    }
}
