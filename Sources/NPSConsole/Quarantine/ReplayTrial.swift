package import Foundation
package import NPSQueue

/// What would become of quarantined payloads, were they tried again now.
package struct ReplayTrial: Sendable {
    /// Of one of them.
    package struct Outcome: Sendable {
        package enum Result: String, Sendable, CaseIterable {
            case accepted, ignored, invalid, failed
        }

        package let id: QuarantineID
        package let result: Result
        /// In English: what is wrong, or which responses it becomes.
        package let details: [String]

        package init(id: QuarantineID, result: Result, details: [String]) {
            (self.id, self.result, self.details) = (id, result, details)
        }
    }

    package let choice: QuarantineChoice
    package let outcomes: [Outcome]
    /// How many are meant that there was no time to try.
    package let untried: Int
    /// The last that is meant; what comes later isn't.
    package let through: QuarantineID?
    package let date: Date

    /// How many are tried before somebody is asked whether to go on.
    package static let limit = 100

    package init(
        _ choice: QuarantineChoice,
        outcomes: [Outcome],
        untried: Int,
        through: QuarantineID?,
        at date: Date
    ) {
        (self.choice, self.outcomes, self.untried) = (choice, outcomes, untried)
        (self.through, self.date) = (through, date)
    }
}

/// What `replay.mustache` prints.
struct ReplayView: Sendable {
    let subject: String
    let isEmpty: Bool
    let action: String
    let fieldName: String
    let fieldValue: String
    let through: String
    let counts: [NamedCount]
    let rows: [Row]
    let rest: String?
    let untried: String?
    /// What the button says; nil when there would be nothing to it.
    let label: String?
    let back: String

    struct Row: Sendable {
        let id: String
        let address: String
        let outcome: String
        let details: [String]
        let mood: String
    }

    private static let mostRows = 12
    private static let mostDetails = 3
    /// In bytes of HTML, for the details of all rows.
    private static let room = 1_200

    init(_ trial: ReplayTrial, _ text: Sentences, _ visit: Visit) {
        subject = trial.choice.name(text)
        isEmpty = trial.outcomes.isEmpty && trial.untried == 0
        action = visit.address(QuarantinePath.replay)
        (fieldName, fieldValue) = trial.choice.field
        through = trial.through.map { "\($0)" } ?? ""
        counts = ReplayTrial.Outcome.Result.allCases.compactMap { result in
            let count = trial.outcomes.count { $0.result == result }
            return count > 0 ? NamedCount(name: text[Self.name(of: result)], count: text.number(count)) : nil
        }
        // What needs a person comes first.
        let sorted = trial.outcomes.filter { !$0.leaves } + trial.outcomes.filter(\.leaves)
        let shown = sorted.prefix(Self.mostRows)
        let details = PageRoom.shortened(shown.flatMap { $0.details.prefix(Self.mostDetails) }, in: Self.room)
        var place = 0
        rows = shown.map { outcome in
            defer { place += min(outcome.details.count, Self.mostDetails) }
            return Row(
                id: "\(outcome.id)",
                address: visit.address(QuarantinePath.list + "/\(outcome.id)"),
                outcome: text[Self.name(of: outcome.result)],
                details: Array(details[place...].prefix(min(outcome.details.count, Self.mostDetails))),
                mood: outcome.leaves ? "good" : "bad"
            )
        }
        let hidden = sorted.count - rows.count
        rest = hidden > 0 ? text("replayRest", ["count": text.number(hidden)]) : nil
        untried = trial.untried > 0 ? text("replayUntried", ["count": text.number(trial.untried)]) : nil
        let leaving = trial.outcomes.count(where: \.leaves) + trial.untried
        label = leaving > 0 ? text("replayDo", ["count": text.number(leaving)]) : nil
        back = visit.address(QuarantinePath.list)
    }

    private static func name(of result: ReplayTrial.Outcome.Result) -> String {
        "outcome" + result.rawValue.capitalized
    }
}

extension ReplayTrial.Outcome {
    /// Whether it would leave the quarantine.
    fileprivate var leaves: Bool { result == .accepted || result == .ignored }
}
