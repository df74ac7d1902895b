import NPSQueue
import PlanhatAPI

/// What kind of reason a response was parked for. The raw values are labels of a metric.
///
/// It is told from the reason, as that is all that is stored; where a kind has words of its own, they are here.
package enum ParkedKind: String, Sendable, CaseIterable {
    /// Planhat refuses what is in it.
    case refused
    /// Planhat takes it and counts no record.
    case ignored
    /// The account may not do this with it, while others get through.
    case permission
    /// Nobody ever knew whether it arrived, while others did.
    case unclear
    /// Requests with it fail, while others get through.
    case failing

    static let ignoredReason = "ignored by Planhat (unknown contact or domain?)"
    static let unclearStart = "never a clear answer, while others arrive: "
    static let failingStart = "refused again and again while others got through: "

    package init(reason: String) {
        self =
            if reason == Self.ignoredReason {
                .ignored
            } else if reason == PlanhatError.denied {
                .permission
            } else if reason.hasPrefix(Self.unclearStart) {
                .unclear
            } else if reason.hasPrefix(Self.failingStart) {
                .failing
            } else {
                .refused
            }
    }
}
