import Foundation
import NPSModel
import NPSQueue
import NPSServer
import Testing

@testable import nps_collector

@Suite("The status in words")
struct StatusTextTests {
    private func text(
        pending: Int = 0,
        held: Int = 0,
        parked: Int = 0,
        unconfirmed: Int = 0,
        expiry: ParkedExpiry? = nil,
        acceptanceProblem: String? = nil,
        _ report: DeliveryReport
    ) throws -> StatusText {
        var books = try JSONDecoder().decode(
            QueueStatus.self,
            from: Data(
                """
                {"accepted":\(pending + parked + 7),"pending":\(pending),"sending":0,"delivered":7,"parked":\(parked),
                "erased":0,"quarantined":2,"oldestPendingSeconds":12}
                """.utf8
            )
        )
        books.held = held
        books.unconfirmed = unconfirmed
        books.parkedExpiry = expiry
        return StatusText(StatusReport(books: books, delivery: report, acceptanceProblem: acceptanceProblem))
    }

    @Test("a pause is told with what to mend")
    func paused() throws {
        let report = DeliveryReport(state: "paused", sentence: "Check planhat.token.", isHeldUp: true)
        let text = try text(pending: 3, report)
        #expect(text.whole.contains("Delivery is paused: Check planhat.token.\n"))
        #expect(text.whole.contains("The oldest has waited for 12 s.\n"))
        #expect(text.line == "pending 3, sending 0, delivered 7, parked 0. Delivery is paused: Check planhat.token.")
    }

    @Test("that nothing is accepted is told before all else, and why")
    func refusing() throws {
        let report = DeliveryReport(state: "idle", sentence: "Everything due is delivered.", isHeldUp: false)
        let text = try text(acceptanceProblem: "The disk is full.", report)
        #expect(text.whole.contains("\nNo response is accepted: The disk is full.\n"))
        #expect(text.line.hasSuffix("parked 0. No response is accepted: The disk is full."))
    }

    @Test("that the file was put back is told, also after it went through JSON")
    func restored() throws {
        let report = DeliveryReport(state: "idle", sentence: "Everything due is delivered.", isHeldUp: false)
        var books = try JSONDecoder().decode(
            QueueStatus.self,
            from: Data(
                """
                {"accepted":0,"pending":0,"sending":0,"delivered":0,"parked":0,"erased":0,"quarantined":0,
                "oldestPendingSeconds":0}
                """.utf8
            )
        )
        books.restoration = Restoration(foundAt: Date(timeIntervalSince1970: 1_800_000_000))
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .timestamp
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .timestamp
        let json = try encoder.encode(StatusReport(books: books, delivery: report))
        #expect(String(decoding: json, as: UTF8.self).contains(#""restoredAt":"2027-01-15T08:00:00.000Z""#))
        let text = StatusText(try decoder.decode(StatusReport.self, from: json)).whole
        #expect(text.contains("everything is sent by upsert") && text.contains("found on 2027-01-15T08:00:00Z"))
    }

    @Test("a backoff is told in its own words")
    func backingOff() throws {
        let sentence = "Delivery waits and goes on by itself: Planhat's rate limit is reached."
        let report = DeliveryReport(state: "backingOff", sentence: sentence, isHeldUp: true, deliveredLastMinute: 5)
        #expect(try text(pending: 3, report).whole.contains("\n" + sentence + "\n"))
    }

    @Test("what is held on purpose doesn't look late")
    func held() throws {
        let report = DeliveryReport(
            state: "idle",
            sentence: "Everything due is delivered.",
            isHeldUp: false,
            deliveredLastMinute: 60
        )
        let all = try text(pending: 3, held: 3, report)
        #expect(all.whole.contains("3 of the pending wait on purpose: a mail scanner may have sent them.\n"))
        #expect(!all.whole.contains("The oldest") && !all.whole.contains("last minute"))
        #expect(try text(pending: 4, held: 3, report).whole.contains("The oldest has waited for 12 s.\n"))
        #expect(try !text(pending: 4, report).whole.contains("on purpose"))
    }

    @Test("what waits for its next attempt is told instead of a pace that nothing keeps")
    func waiting() throws {
        let sentence = "Everything due is delivered; the next is due at 2026-11-23T08:37:50.000Z."
        let report = DeliveryReport(
            state: "idle",
            sentence: sentence,
            isHeldUp: false,
            deliveredLastMinute: 99_999,
            deliveredPerSecond: 5_000
        )
        #expect(try text(pending: 1, report).line == "pending 1, sending 0, delivered 7, parked 0. " + sentence)
        #expect(try text(report).line == "pending 0, sending 0, delivered 7, parked 0.")
    }

    @Test("of several collectors, one that doesn't forward says so while something waits")
    func elsewhere() throws {
        let report = DeliveryReport(state: "elsewhere", sentence: "This collector only accepts.", isHeldUp: false)
        #expect(try text(pending: 1, report).line.hasSuffix("parked 0. This collector only accepts."))
        #expect(try text(report).line.hasSuffix("parked 0."))
    }

    @Test("what will be erased for its age is told with its number and date")
    func expiry() throws {
        let report = DeliveryReport(state: "idle", sentence: "Everything is delivered.", isHeldUp: false)
        let date = Date(timeIntervalSince1970: 0)
        for (count, words) in [(3, "3"), (ParkedExpiry.limit, "10000 or more")] {
            let whole = try text(parked: 5, expiry: ParkedExpiry(count: count, from: date), report).whole
            #expect(
                whole.contains(
                    """
                    \n\(words) of the parked will be erased, from 1970-01-01T00:00:00.000Z on \
                    (queue.parked-retention-days), those that were parked first: nps-collector queue retry --all \
                    sends them again, nps-collector queue export --state parked writes them out.\n
                    """
                )
            )
        }
        #expect(try !text(parked: 5, report).whole.contains("will be erased"))
    }

    @Test("what Planhat never confirmed to be deleted is told with its number", arguments: [0, 1, 2])
    func unconfirmed(count: Int) throws {
        let report = DeliveryReport(state: "idle", sentence: "Everything is delivered.", isHeldUp: false)
        let whole = try text(unconfirmed: count, report).whole
        let sentences = [
            "", "Not proven yet to be gone at Planhat: 1 erased response. See nps-collector queue list --unconfirmed\n",
            "Not proven yet to be gone at Planhat: 2 erased responses. See nps-collector queue list --unconfirmed\n",
        ]
        #expect(whole.contains("Not proven yet") == (count > 0))
        #expect(count == 0 || whole.contains("\n" + sentences[count]))
        #expect(whole.hasSuffix("what to do: nps-collector quarantine list\n"))
    }

    @Test("a backlog that drains is told with its pace and what is left; nothing is said when nothing waits")
    func draining() throws {
        let report = DeliveryReport(
            state: "forwarding",
            sentence: "Responses are being delivered.",
            isHeldUp: false,
            deliveredLastMinute: 6_000,
            deliveredPerSecond: 100
        )
        #expect(
            try text(pending: 30_000, report).line.hasSuffix("6000 delivered in the last minute, about 5 min left.")
        )
        #expect(try text(parked: 1, report).line == "pending 0, sending 0, delivered 7, parked 1.")
    }

    @Test(
        "durations are rounded to what one wants to know",
        arguments: zip(
            [0, 99, 100, 5_999, 6_000, 172_799, 172_800],
            ["0 s", "99 s", "2 min", "100 min", "2 h", "48 h", "2 days"]
        )
    )
    func duration(seconds: Int, text: String) {
        #expect(StatusText.duration(seconds) == text)
    }
}
