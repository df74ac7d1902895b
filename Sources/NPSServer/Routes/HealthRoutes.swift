import HTTPTypes
import Hummingbird

/// `/livez` (the process answers), `/readyz` (a response would be stored), `/healthz` (= `/livez`).
struct HealthRoutes {
    let readiness: Readiness

    func add(to router: some RouterMethods<CollectorContext>) {
        addLiveness(to: router)
        router.get("readyz") { _, _ in await ready() }
        router.head("readyz") { _, _ in await ready() }
    }

    func addLiveness(to router: some RouterMethods<CollectorContext>) {
        for path in ["livez", "healthz"] as [RouterPath] {
            router.get(path) { _, _ in Self.ok }
            router.head(path) { _, _ in Self.ok }
        }
    }

    private static let ok = JSONResponse.text(Array(#"{"status":"ok"}"#.utf8))

    private func ready() async -> Response {
        switch await readiness.check() {
        case .ready: Self.ok
        case .draining, .failing: Self.unavailable
        }
    }

    private static let unavailable = JSONResponse.text(
        Array(#"{"status":"unavailable"}"#.utf8),
        status: .serviceUnavailable
    )
}
