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
        /// A sentence for each source that has anything in quarantine; absent while the queue can't say.
        let quarantine: [String]?
        /// The alerts that hold, each with its source if it is about one.
        let alerts: [String]
        /// Who forwards, where several collectors share the queue; absent elsewhere, and while nobody does.
        let leader: String?
        let leaderSince: String?
        /// A sentence for each certificate that should have been renewed, or has expired.
        let certificates: [String]
    }

    let readiness: Readiness
    /// How delivery is going, in a sentence.
    let delivery: @Sendable () -> String
    let scrape: Scrape
    /// Nil while the queue can't say.
    let quarantine: @Sendable () async -> QuarantineUse?
    /// Nil while the queue can't say, and where nobody else has it.
    let leadership: @Sendable () async -> Leadership?
    let alerts: @Sendable () -> [AlertKey]
    /// Sentences about certificates that should have been renewed.
    let certificates: @Sendable () -> [String]

    /// For how long these are waited for: whoever asks how the collector is wants to know it soon, above all while the queue
    /// can't say more.
    var patience = Duration.seconds(2)

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

    /// Paused delivery doesn't make the collector unready: it still accepts responses. All is asked at the same time, so that
    /// the answer comes before those lose patience who ask.
    private func report() async throws -> Response {
        async let quarantine = answer(within: patience, quarantine) ?? nil
        async let leadership = answer(within: patience, leadership) ?? nil
        let queue: String
        let isReady: Bool
        switch await readiness.check() {
        case .ready: (queue, isReady) = ("ok", true)
        case .draining: (queue, isReady) = ("shutting down", false)
        case .failing(let sentence): (queue, isReady) = (sentence, false)
        }
        let (use, leader) = await (quarantine, isReady ? leadership : nil)
        let expired = readiness.expired()
        let isSpokenTo = isReady && expired == nil
        let report = Report(
            status: isSpokenTo ? "ok" : "unavailable",
            queue: queue,
            forwarding: delivery(),
            quarantine: use?.sentences,
            alerts: alerts().map { $0.source.isEmpty ? $0.alert : "\($0.alert) \($0.source)" },
            leader: leader?.name,
            leaderSince: leader?.since.map { Timestamp.format($0) },
            // What makes it unready comes first: `healthcheck` repeats that one.
            certificates: [expired].compactMap(\.self) + certificates().filter { $0 != expired }
        )
        return try JSONResponse.response(report, status: isSpokenTo ? .ok : .serviceUnavailable)
    }
}
