import Foundation
import PlanhatAPI

/// A request that failed as a whole after it may have left, in the terms that decide what follows. One answer doesn't
/// tell whose fault that is: the API's, or that of a response in it.
struct RequestFailure: Sendable, Hashable {
    /// What is done when it is the API's.
    enum Measure: Sendable, Hashable {
        /// Until a person fixes what the sentence says.
        case pause(String)
        /// For so many seconds; nil when the API doesn't say.
        case wait(TimeInterval?, reason: String)
        case backOff(reason: String)
    }

    /// What is done when it has been said whose fault it is.
    struct Consequence: Sendable, Hashable {
        let measure: Measure
        /// What is said of those that wait for it.
        let reason: String
        /// Seconds for which the request's own responses wait at least.
        let wait: TimeInterval
    }

    /// Seconds until suspected responses are sent again, when nothing of the request can be under way.
    private static let moment: TimeInterval = 5

    let measure: Measure
    /// Nil unless the measure is a pause.
    let pauseReason: PauseReason?
    /// What is said of a response when it is its fault: how the request ended, and not what that would mean for all.
    let reason: String
    /// Whether Planhat may still be working on the request: it is repeated only after a while.
    let mayBeUnderWay: Bool

    /// Nil for a refusal that is about what is in the request, and for what certainly never left.
    init?(_ error: PlanhatError) {
        guard error.mayHaveBeenSent else { return nil }
        switch error {
        case .invalidRequest, .notSent, .rejected: return nil
        case .refused(let refusal, let sentence, _):
            measure = .pause(refusal == .token ? "\(sentence) A new token is read at a restart." : sentence)
            pauseReason = PauseReason(refusal)
        case .notFound:
            // Creates and upserts name no record, so it is the resource itself that isn't there.
            measure = .pause("There is no NPS resource at planhat.url: check the address and its region.")
            pauseReason = .notTheAPI
        case .rateLimited(let seconds):
            measure = .wait(seconds, reason: "Planhat's rate limit is reached")
            pauseReason = nil
        case .unavailable(let seconds):
            measure = .wait(seconds, reason: "Planhat is unavailable for a while (503)")
            pauseReason = nil
        case .ambiguous(let reason):
            measure = .backOff(reason: reason)
            pauseReason = nil
        }
        switch error {
        case .ambiguous(let reason): self.reason = reason
        default: reason = error.status.map { "status \($0)" } ?? error.description
        }
        mayBeUnderWay =
            switch error {
            // Whoever answers in Planhat's place doesn't know how far the request has got there.
            case .ambiguous, .unavailable: true
            default: false
            }
    }

    /// Of a measure that holds for all: what delivery says while it lasts.
    var sentence: String {
        switch measure {
        case .pause(let sentence): sentence
        case .wait(_, let reason), .backOff(let reason): reason
        }
    }

    /// The request got no answer, or none that says anything.
    var isUnclear: Bool {
        if case .backOff = measure { true } else { false }
    }

    private var asksForWait: Bool {
        if case .wait = measure { true } else { false }
    }

    /// If a response is to blame, the others go on after a moment, with one ahead; those of the request come behind them, in
    /// smaller batches.
    ///
    /// - Parameter grace: seconds for which Planhat may still be working on the request.
    func consequence(blaming blame: PoisonTracker.Blame, grace: TimeInterval) -> Consequence {
        let isResponses = blame == .responses || (blame == .unclear && asksForWait)
        let reason = isResponses ? "a request failed while others got through: " + self.reason : sentence
        return Consequence(
            measure: isResponses ? .backOff(reason: reason) : measure,
            reason: reason,
            wait: mayBeUnderWay ? grace : isResponses ? Self.moment : 0
        )
    }
}
