/// A delivery that is believed.
package struct VerifiedSignature: Sendable, Hashable {
    /// The provider's own id of the delivery; nil where the scheme has none.
    package let deliveryID: String?
    /// The same, if the signature covers it, so that nobody else can have made it up.
    package var signedDeliveryID: String?
    /// Which of the configured secrets matched, 0 being the first; nil for the kind `none`.
    package let secretIndex: Int?
}
