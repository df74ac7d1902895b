import HTTPTypes
import Hummingbird
import NPSModel
import NPSQueue

/// Health in detail, and the metrics. Neither holds personal data, so they need no token.
struct AdminHealthRoutes {
    private struct Report: Encodable {
        let status: String
        let queue: String
        /// How delivery is going.
        let forwarding: String
        /// A sentence for each source that has anything in quarantine.
        let quarantine: [String]
        /// Who forwards, where several collectors share the queue; absent elsewhere, and while nobody does.
        let leader: String?
        let leaderSince: String?
    }

    let readiness: Readiness
    /// How delivery is going, in a sentence.
    let delivery: @Sendable () -> String
    let scrape: Scrape
    /// Nil while the queue can't say.
    let quarantine: @Sendable () async -> QuarantineUse?
    /// Nil while the queue can't say, and where nobody else has it.
    let leadership: @Sendable () async -> Leadership?

    /// For how long these are waited for: whoever asks how the collector is wants to know it soon, above all while the queue
    /// can't say more.
    private static let patience = Duration.seconds(2)

    private func quarantineInTime() async -> QuarantineUse? {
        await answer(within: Self.patience, quarantine) ?? nil
    }

    func add(to router: some RouterMethods<CollectorContext>) {
        HealthRoutes(readiness: readiness).addLiveness(to: router)
        router.get("readyz") { _, _ in try await report() }
        router.get("metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: await scrape.text()))
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
        let leadership = isReady ? await answer(within: Self.patience, leadership) ?? nil : nil
        let report = Report(
            status: isReady ? "ok" : "unavailable",
            queue: queue,
            forwarding: delivery(),
            quarantine: await quarantineInTime()?.sentences ?? [],
            leader: leadership?.name,
            leaderSince: leadership?.since.map { Timestamp.format($0) }
        )
        return try JSONResponse.response(report, status: isReady ? .ok : .serviceUnavailable)
    }
}
