package import NPSModel

/// Tells a refusal that meets every response (a custom field became mandatory, say) from one that is about a response:
/// many different ones are refused for the same kind of reason, and nothing gets through in between.
///
/// Kept in memory: after a restart it is found out anew.
package struct SystemicRefusal: Sendable, Hashable {
    package enum Decision: Sendable, Hashable {
        case park
        /// Delivery pauses, and what was parked for the same reason waits with the others.
        case pause(takingBack: [ResponseID])
    }

    /// So many are parked before it is believed.
    package static let limit = 20
    /// More than are taken back while anybody watches.
    private static let takenBackLimit = 10_000

    /// What Planhat says, while it meets every response.
    package private(set) var reason: String?
    private var kind: String?
    private var parked: [ResponseID] = []
    private var takenBack: Set<ResponseID> = []

    package init() {}

    /// Planhat has taken a response.
    package mutating func gotThrough() {
        reason = nil
        kind = nil
        parked = []
    }

    /// A response was refused for what it is, in an answer that proves no other delivered.
    package mutating func refused(_ id: ResponseID, _ reason: String) -> Decision {
        guard self.reason == nil else { return .pause(takingBack: []) }
        // Others got through since it was taken back, so it was refused for its own sake.
        guard takenBack.remove(id) == nil else { return .park }
        let kind = Self.kind(of: reason)
        if kind != self.kind {
            self.kind = kind
            parked = []
        }
        if !parked.contains(id) {
            guard parked.count < Self.limit else { return pause(reason) }
            parked.append(id)
        }
        return .park
    }

    private mutating func pause(_ reason: String) -> Decision {
        defer { parked = [] }
        self.reason = reason
        if takenBack.count > Self.takenBackLimit { takenBack = [] }
        takenBack.formUnion(parked)
        return .pause(takingBack: parked)
    }

    /// The reason without what differs from response to response: ids, addresses, numbers.
    private static func kind(of reason: String) -> String {
        reason.lowercased().split(whereSeparator: \.isWhitespace)
            .filter { !$0.contains(where: { $0.isNumber || $0 == "@" }) }
            .joined(separator: " ")
    }
}
