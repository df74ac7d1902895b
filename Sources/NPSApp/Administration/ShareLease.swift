import Foundation

/// Has the running collector leave half of its requests to Planhat to this program, for as long as that renews it.
package struct ShareLease: Sendable {
    /// In seconds: if this program is killed, the collector has all of its requests back after so long.
    private static let length: TimeInterval = 120

    private let admin: AdminClient
    private var until = Date.distantPast

    package init(_ admin: AdminClient) {
        self.admin = admin
    }

    /// To be called before each piece of work; asks the collector only when the lease runs out soon.
    package mutating func renew() async throws(AdminError) {
        let now = Date()
        guard now.addingTimeInterval(Self.length / 2) > until else { return }
        try await admin.share(forSeconds: Self.length)
        until = now.addingTimeInterval(Self.length)
    }

    /// Gives the collector all of its requests back.
    package func end() async {
        try? await admin.share(forSeconds: 0)
    }
}
