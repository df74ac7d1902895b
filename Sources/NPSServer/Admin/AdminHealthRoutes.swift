import HTTPTypes
import Hummingbird

/// Health in detail, and the metrics. Neither holds personal data, so they need no token.
struct AdminHealthRoutes {
    private struct Report: Encodable {
        let status: String
        let queue: String
        /// How delivery is going.
        let forwarding: String
    }

    let readiness: Readiness
    /// How delivery is going, in a sentence.
    let delivery: @Sendable () -> String
    let metrics: @Sendable () -> String

    func add(to router: some RouterMethods<CollectorContext>) {
        HealthRoutes(readiness: readiness).addLiveness(to: router)
        router.get("readyz") { _, _ in try await report() }
        router.get("metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: metrics()))
            )
        }
    }

    /// Paused delivery doesn't make the collector unready: it still accepts responses.
    private func report() async throws -> Response {
        let queue: String
        let isReady: Bool
        switch await readiness.check() {
        case .ready: (queue, isReady) = ("ok", true)
        case .draining: (queue, isReady) = ("shutting down", false)
        case .failing(let sentence): (queue, isReady) = (sentence, false)
        }
        let report = Report(status: isReady ? "ok" : "unavailable", queue: queue, forwarding: delivery())
        return try JSONResponse.response(report, status: isReady ? .ok : .serviceUnavailable)
    }
}
