import PlanhatAPI

/// Why delivery is paused, in a word. The raw values are labels of a metric; the sentence for people is in
/// ``DeliveryStatus``.
package enum PauseReason: String, Sendable, Hashable, CaseIterable {
    /// Planhat doesn't accept the token.
    case token
    /// The token's account may not do this.
    case permission
    /// The address leads elsewhere.
    case redirect
    case tls
    /// What answers isn't the Planhat API.
    case notTheAPI
    /// A success whose content is a web page.
    case foreignPage
    /// Every response is refused for what is in it.
    case everyResponse

    init(_ refusal: PlanhatError.Refusal) {
        self =
            switch refusal {
            case .token: .token
            case .permission: .permission
            case .redirect: .redirect
            case .tls: .tls
            case .notTheAPI: .notTheAPI
            case .foreignPage: .foreignPage
            }
    }
}
