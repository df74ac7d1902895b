package import Foundation

/// Whether an answer may be a mail scanner's, which opens a link, fills the form in and sends it.
package enum Suspicion: Sendable, Hashable {
    case none
    /// Flagged, and held for some seconds so that the person can answer first.
    case mechanical(grace: TimeInterval)
    /// A person's, after one that was delivered with the flag.
    case dispelled

    /// The custom property `suspect` of the record; nil = not sent.
    var flag: Bool? {
        switch self {
        case .none: nil
        case .mechanical: true
        case .dispelled: false
        }
    }
}
