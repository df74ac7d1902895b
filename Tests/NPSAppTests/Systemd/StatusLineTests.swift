import NPSServer
import TestSupport
import Testing

@testable import NPSApp
@testable import NPSQueue

@Suite("The line that systemctl status shows")
struct StatusLineTests {
    private let report = DeliveryReport(state: "paused", sentence: "The token is refused.", isHeldUp: true)

    private func line(problem: String? = nil, _ counts: (pending: Int, parked: Int, quarantined: Int)?) -> String {
        let books = counts.map { counts in
            QueueStatus(
                accepted: counts.pending + counts.parked,
                pending: counts.pending,
                sending: 0,
                delivered: 0,
                parked: counts.parked,
                erased: 0,
                quarantined: counts.quarantined,
                oldestPendingSeconds: 0
            )
        }
        return StatusLine(problem: problem, books: books, delivery: report).text
    }

    @Test("says whether responses are accepted, what waits, and how delivery is")
    func text() {
        #expect(line((0, 0, 0)) == "Accepting responses. Nothing waits. The token is refused.")
        #expect(line((1, 0, 0)) == "Accepting responses. 1 waits. The token is refused.")
        #expect(
            line((1_204, 3, 2))
                == "Accepting responses. 1204 wait, 3 parked, 2 in quarantine. The token is refused."
        )
        #expect(
            line(problem: "The disk is full.", nil)
                == "No response is accepted: The disk is full. The token is refused."
        )
    }
}
