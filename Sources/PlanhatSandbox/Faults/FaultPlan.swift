/// Everything that can be switched: how the sandbox behaves where Planhat's ways are unknown, and what goes wrong.
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
