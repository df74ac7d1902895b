/// How forwarding is, for `queue status` and the readiness in detail.
package struct DeliveryReport: Sendable, Hashable {
    /// `idle`, `forwarding`, `backingOff` or `paused`.
    package let state: String
    /// One sentence for people.
    package let sentence: String
    /// Whether responses wait although they are due.
    package let isHeldUp: Bool
    package let deliveredLastMinute: Int
    /// 0 when nothing was delivered lately.
    package let deliveredPerSecond: Double

    package init(
        state: String,
        sentence: String,
        isHeldUp: Bool,
        deliveredLastMinute: Int = 0,
        deliveredPerSecond: Double = 0
    ) {
        self.state = state
        self.sentence = sentence
        self.isHeldUp = isHeldUp
        self.deliveredLastMinute = deliveredLastMinute
        self.deliveredPerSecond = deliveredPerSecond
    }
}
