package import NPSModel
package import NPSQueue

/// Tells a refusal that meets every response (a custom field became mandatory, say) from one that is about a response:
/// many different ones are refused, and nothing gets through in between. They may be refused for different reasons, as
/// when one in fifteen has something else wrong beside it.
///
/// Kept in memory: after a restart it is found out anew.
package struct SystemicRefusal: Sendable, Hashable {
    package enum Decision: Sendable, Hashable {
        case park
        /// Delivery pauses, and what was parked since one got through waits with the others.
        case pause(takingBack: [ResponseID])
    }

    /// What an answer's verdicts are worth.
    package struct Judgement: Sendable, Hashable {
        /// These stand.
        package var settled: [Verdict] = []
        /// These were refused for what meets every response.
        package var refused: [Verdict] = []
        /// These were parked before for the same, and are to wait with the others.
        package var takenBack: [ResponseID] = []
        /// Whether the pause has met a response that it hadn't met yet.
        package var isNews = false
    }

    /// So many are parked before it is believed.
    package static let limit = 20
    /// More than are refused while anybody watches.
    private static let refusedLimit = 10_000

    /// What Planhat says most often, while it refuses every response.
    package private(set) var reason: String?
    /// Since one got through.
    private var parked: [ResponseID] = []
    /// Why those were.
    private var reasons: [String] = []
    /// Those that waited because every response was refused. When one of them is refused after others got through, that
    /// is for its own sake.
    private var refused: Set<ResponseID> = []

    package init() {}

    /// Planhat has taken these, at least one.
    package mutating func gotThrough(_ ids: some Sequence<ResponseID>) {
        reason = nil
        parked = []
        reasons = []
        refused.subtract(ids)
    }

    /// Whether the pause is about to meet a response that it hasn't met yet.
    package func isNews(_ ids: some Sequence<ResponseID>) -> Bool {
        refused.count < Self.refusedLimit && ids.contains { !refused.contains($0) }
    }

    /// A response was refused for what it is, in an answer that proves no other delivered.
    package mutating func refused(_ id: ResponseID, _ reason: String) -> Decision {
        guard self.reason == nil else {
            remember([id])
            return .pause(takingBack: [])
        }
        guard refused.remove(id) == nil else { return .park }
        guard !parked.contains(id) else { return .park }
        reasons.append(reason)
        guard parked.count >= Self.limit else {
            parked.append(id)
            return .park
        }
        return pause(at: id)
    }

    /// What one answer says about single responses. It is about them, unless Planhat refuses every one; ``reason`` tells then
    /// why.
    package mutating func judge(_ verdicts: [Verdict]) -> Judgement {
        let delivered = verdicts.filter(\.outcome.isDelivered).map(\.id)
        if !delivered.isEmpty { gotThrough(delivered) }
        var judgement = Judgement(isNews: isNews(verdicts.map(\.id)))
        for verdict in verdicts {
            guard delivered.isEmpty, case .park(let reason, _) = verdict.outcome,
                case .pause(let parked) = refused(verdict.id, reason)
            else {
                judgement.settled.append(verdict)
                continue
            }
            judgement.takenBack += parked
            judgement.refused.append(verdict)
        }
        return judgement
    }

    private mutating func pause(at id: ResponseID) -> Decision {
        defer {
            parked = []
            reasons = []
        }
        reason = mostFrequentReason
        if refused.count >= Self.refusedLimit { refused = [] }
        remember(parked + [id])
        return .pause(takingBack: parked)
    }

    private mutating func remember(_ ids: [ResponseID]) {
        for id in ids where refused.count < Self.refusedLimit { refused.insert(id) }
    }

    private var mostFrequentReason: String? {
        let kinds = Dictionary(grouping: reasons, by: Self.kind)
        // Of two that are as frequent, the one that was given first.
        let most = kinds.values.map(\.count).max()
        return reasons.first { kinds[Self.kind(of: $0)]?.count == most }
    }

    /// The reason without what differs from response to response: ids, addresses, numbers.
    private static func kind(of reason: String) -> String {
        reason.lowercased().split(whereSeparator: \.isWhitespace)
            .filter { !$0.contains(where: { $0.isNumber || $0 == "@" }) }
            .joined(separator: " ")
    }
}

extension Outcome {
    fileprivate var isDelivered: Bool {
        if case .delivered = self { true } else { false }
    }
}
