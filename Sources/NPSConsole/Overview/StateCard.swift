import Foundation
import NPSQueue

/// How one thing is, in a word and in a sentence.
struct StateCard: Sendable {
    /// `good`, `warn` or `bad`.
    let mood: String
    let heading: String
    let word: String
    var sentences: [String] = []
    /// What the program itself says, in English.
    var said: String?
    var needs: [Need] = []

    static func acceptance(_ overview: Overview, _ text: Sentences) -> StateCard {
        guard let problem = overview.acceptanceProblem else {
            return StateCard(mood: "good", heading: text["acceptanceHeading"], word: text["accepting"])
        }
        return StateCard(
            mood: "bad",
            heading: text["acceptanceHeading"],
            word: text["notAccepting"],
            sentences: [text["notAcceptingBody"]],
            said: problem
        )
    }

    static func delivery(_ overview: Overview, _ text: Sentences) -> StateCard {
        let delivery = overview.delivery
        let mood = ["paused": "bad", "backingOff": "warn"][delivery.state] ?? (delivery.isHeldUp ? "warn" : "good")
        var sentences = [text("lastMinute", ["count": text.number(delivery.deliveredLastMinute)])]
        if let seconds = overview.books?.oldestPendingSeconds, seconds > 0 {
            sentences.append(text("oldest", ["age": text.duration(TimeInterval(seconds))]))
        }
        let state = delivery.state.prefix(1).uppercased() + delivery.state.dropFirst()
        return StateCard(
            mood: mood,
            heading: text["deliveryHeading"],
            word: text["delivery" + state],
            sentences: sentences,
            said: delivery.sentence
        )
    }

    static func person(_ needs: [Need], isKnown: Bool, _ text: Sentences) -> StateCard {
        StateCard(
            mood: needs.contains(where: \.isUrgent) ? "bad" : needs.isEmpty ? "good" : "warn",
            heading: text["personHeading"],
            word: needs.isEmpty ? text[isKnown ? "nothingNeeded" : "nothingKnown"] : text.number(needs.count),
            sentences: needs.count > Need.limit
                ? [text("more", ["count": text.number(needs.count - Need.limit)])] : [],
            needs: Array(needs.prefix(Need.limit))
        )
    }
}
