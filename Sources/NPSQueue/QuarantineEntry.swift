package import Foundation
package import NPSModel

/// A delivery in quarantine.
package struct QuarantineEntry: Sendable, Hashable, Codable {
    package let id: QuarantineID
    package let source: String
    package let deliveryID: String?
    package let contentType: String?
    package let receivedAt: Date
    package let problems: [FieldProblem]
    /// In bytes.
    package let bodySize: Int
    /// As it was received; nil in listings.
    package let body: Data?
}
