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
    /// How many more there are; nil for none.
    var more: String?

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
        // That another one does is known of the database alone.
        let isElsewhere = delivery.state == "elsewhere"
        let isNobody = isElsewhere && overview.books.map { $0.leadership?.name == nil } == true
        var sentences: [String] = []
        if !isElsewhere { sentences.append(text("lastMinute", ["count": text.number(delivery.deliveredLastMinute)])) }
        if let seconds = overview.books?.oldestPendingSeconds, seconds > 0 {
            sentences.append(text("oldest", ["age": text.duration(TimeInterval(seconds))]))
        }
        // The collector that delivers says so to all of them.
        let isPaused = overview.alerts.contains { $0.name == "NPSDeliveryPaused" }
        if isElsewhere, isPaused { sentences.append(text["alertNPSDeliveryPaused"]) }
        // What is held, or failed and is tried again later.
        let isWaiting = delivery.state == "idle" && overview.books.map { $0.pending + $0.sending > 0 } == true
        let state = delivery.state.prefix(1).uppercased() + delivery.state.dropFirst()
        return StateCard(
            mood: mood(overview, isPaused: isPaused, isNobody: isNobody),
            heading: text["deliveryHeading"],
            word: text[isNobody ? "alertNPSNobodyForwards" : isWaiting ? "deliveryNotDue" : "delivery" + state],
            sentences: sentences,
            said: delivery.sentence
        )
    }

    private static func mood(_ overview: Overview, isPaused: Bool, isNobody: Bool) -> String {
        let delivery = overview.delivery
        if delivery.state == "paused" || isPaused || isNobody { return "bad" }
        let isKnown = delivery.state != "elsewhere" || overview.books != nil
        return delivery.state == "backingOff" || delivery.isHeldUp || !isKnown ? "warn" : "good"
    }

    static func person(_ needs: [Need], isKnown: Bool, _ text: Sentences) -> StateCard {
        let left = needs.count - Need.limit
        return StateCard(
            mood: needs.contains(where: \.isUrgent) ? "bad" : needs.isEmpty && isKnown ? "good" : "warn",
            heading: text["personHeading"],
            word: needs.isEmpty ? text[isKnown ? "nothingNeeded" : "nothingKnown"] : text.number(needs.count),
            needs: Array(needs.prefix(Need.limit)),
            more: left > 0 ? text("more", ["count": text.number(left)]) : nil
        )
    }
}
