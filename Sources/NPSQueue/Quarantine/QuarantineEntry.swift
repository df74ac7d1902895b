package import Foundation
package import NPSModel

/// The number of a quarantined delivery. Never used twice.
package struct QuarantineID: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package var description: String { String(rawValue) }
}

/// A webhook delivery in quarantine.
package struct QuarantineEntry: Sendable, Hashable, Codable {
    package let id: QuarantineID
    package let source: String
    package let deliveryID: String?
    package let contentType: String?
    /// When it was first received; its age counts from here.
    package let receivedAt: Date
    /// When it was last received: a sender may retry for days.
    package let lastSeenAt: Date
    /// At least 1.
    package let timesSeen: Int
    package let problems: [FieldProblem]
    /// In bytes.
    package let bodySize: Int
    /// The body as it was received; nil in listings.
    package var body: Data?
}
