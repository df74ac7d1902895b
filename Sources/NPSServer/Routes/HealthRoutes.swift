import HTTPTypes
import Hummingbird

/// `/livez` (the process answers), `/readyz` (a response would be stored, and its sender has no expired
/// certificate to refuse), `/healthz` (= `/livez`).
struct HealthRoutes {
    let readiness: Readiness

    func add(to router: some RouterMethods<CollectorContext>) {
        addLiveness(to: router)
        router.get("readyz") { _, _ in await ready() }
        router.head("readyz") { _, _ in await ready() }
    }

    /// The same by a connection itself: probes come every second from every load balancer.
    static func direct(_ head: HTTPRequest) -> DirectRoute? {
        guard head.method == .get, !head.headerFields.contains(.contentLength) else { return nil }
        return switch head.path {
        case "/livez": DirectRoute(template: "/livez", work: .ready(alive))
        case "/healthz": DirectRoute(template: "/healthz", work: .ready(alive))
        default: nil
        }
    }

    func addLiveness(to router: some RouterMethods<CollectorContext>) {
        for path in ["livez", "healthz"] as [RouterPath] {
            router.get(path) { _, _ in Self.alive }
            router.head(path) { _, _ in Self.alive }
        }
    }

    private static let alive = HTTPAnswer(json: #"{"status":"ok"}"#.utf8)

    private func ready() async -> HTTPAnswer {
        guard readiness.expired() == nil else { return Self.unavailable }
        return switch await readiness.check() {
        case .ready: Self.alive
        case .draining, .failing: Self.unavailable
        }
    }

    private static let unavailable = HTTPAnswer(json: #"{"status":"unavailable"}"#.utf8, status: .serviceUnavailable)
}
