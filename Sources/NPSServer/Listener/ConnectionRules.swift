/// What the connections of one listener have in common: their limits and what they count against, and what is answered
/// when they are over them.
struct ConnectionRules: Sendable {
    let limits: ConnectionLimits
    let clients: ClientConnectionLimit
    let budget: BodyBudget
    let streams: StreamBudget
    let proxies: TrustedProxies
    let answers: UnroutedAnswers
    let edge: EdgeCounters
    /// Whether they come through one.
    var isUnixSocket: Bool

    /// - Parameter errorPages: nil for a listener that only programs talk to.
    init(
        limits: ConnectionLimits = ConnectionLimits(),
        proxies: TrustedProxies = .none,
        errorPages: ErrorPages? = nil,
        edge: EdgeCounters = .none,
        isUnixSocket: Bool = false
    ) {
        self.limits = limits
        self.proxies = proxies
        self.isUnixSocket = isUnixSocket
        clients = ClientConnectionLimit(limit: limits.connectionsPerClient, proxies: proxies)
        budget = BodyBudget(limit: limits.bodies)
        streams = StreamBudget(limit: limits.openStreams)
        answers = UnroutedAnswers(pages: errorPages)
        self.edge = edge
        edge.allow(limits.connections)
    }
}
