import Foundation
import NPSConsole
import NPSQueue

/// Asks for everything that the overview shows, all at the same time; what is late is left out.
struct OverviewGathering: Sendable {
    let queue: ResponseQueue
    let readiness: Readiness
    let delivery: @Sendable () -> DeliveryReport
    var patience = Duration.seconds(2)
    var now: @Sendable () -> Date = { Date() }

    func overview() async -> Overview {
        let queue = queue
        async let books = answer(within: patience) { try? await queue.status() } ?? nil
        async let problem = readiness.problem()
        let report = delivery()
        var overview = Overview(
            date: now(),
            delivery: Overview.Delivery(
                state: report.state,
                sentence: report.sentence,
                isHeldUp: report.isHeldUp,
                deliveredLastMinute: report.deliveredLastMinute
            )
        )
        overview.books = await books
        overview.acceptanceProblem = await problem
        return overview
    }
}
