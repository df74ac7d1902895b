import Foundation
import NPSQueue
import Testing

@testable import nps_collector

@Suite("The audit log as a table")
struct QueueAuditTests {
    @Test("each entry is a row")
    func table() {
        let entry = AuditEntry(
            number: 7,
            at: Date(timeIntervalSince1970: 1_700_000_000),
            actor: .page,
            action: .retry,
            subject: "everything parked",
            outcome: "2 responses are to be sent again"
        )
        let lines = QueueAudit.table([entry]).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].split(separator: " ") == ["#", "at", "by", "action", "subject", "outcome"])
        #expect(lines[2].hasPrefix("7  2023-11-14T22:13:20"))
        #expect(lines[2].hasSuffix("page  retry   everything parked  2 responses are to be sent again"))
    }

    @Test("nothing is a sentence")
    func nothing() {
        #expect(QueueAudit.nothing(action: nil, isPage: false) == "The audit log is empty.")
        #expect(QueueAudit.nothing(action: .erase, isPage: false) == "No erase is in the audit log.")
        #expect(QueueAudit.nothing(action: nil, isPage: true) == "No more entries follow.")
    }
}
