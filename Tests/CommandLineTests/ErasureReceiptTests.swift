import Foundation
import NPSModel
import NPSQueue
import NPSServer
import Testing

@testable import nps_collector

@Suite("What queue erase prints")
struct ErasureReceiptTests {
    private static let ids = ["a", "b", "c"].map { ResponseID(source: "acme", providerID: $0) }

    private func answer(
        _ responses: [Erasure.Response],
        remote: [Erasure.Remote] = [],
        quarantined: Int = 0
    ) -> ErasureResponse {
        let erasure = Erasure(erasedAt: Date(timeIntervalSince1970: 0), responses: responses, remote: remote)
        return ErasureResponse(erasure: erasure, quarantined: quarantined, next: nil)
    }

    @Test("nothing found is said so, with the date")
    func nothing() {
        #expect(
            ErasureReceipt(answer([])).text == "Nothing of this person was found. (1970-01-01T00:00:00.000Z)\n"
        )
    }

    @Test("counts by state, the ids, and what became of each record at Planhat")
    func remote() {
        let ids = Self.ids
        var receipt = ErasureReceipt(
            answer([.init(id: ids[0], state: .delivered), .init(id: ids[1], state: .pending)], quarantined: 1)
        )
        receipt.add(answer([], quarantined: 2))
        let records: [Erasure.Remote] = [
            .init(id: ids[0], planhatId: "64a1", deletableFrom: nil),
            .init(id: ids[2], planhatId: nil, deletableFrom: nil),
        ]
        receipt.expect(records)
        #expect(receipt.hasFailures)
        #expect(receipt.text.contains("\(ids[0])  failed: The command ended before it: run it again.\n"))
        receipt.note(.init(records[0], .deleted))
        receipt.note(.init(records[1], .failed, "Busy."))
        #expect(receipt.hasFailures)
        #expect(
            receipt.text == """
                Erased at 1970-01-01T00:00:00.000Z.

                erased                count
                --------------------  -----
                responses, pending        1
                responses, delivered      1
                quarantined payloads      3

                response                               at Planhat
                -------------------------------------  -------------
                \(ids[0])  deleted
                \(ids[1])  never there
                \(ids[2])  failed: Busy.

                """
        )
    }

    @Test("without --remote it says that Planhat may have something")
    func local() {
        var receipt = ErasureReceipt(answer([.init(id: Self.ids[0], state: .delivered)]))
        let left = Erasure.Remote(id: Self.ids[0], planhatId: nil, deletableFrom: nil)
        receipt.leave([left])
        #expect(!receipt.hasFailures && receipt.leftAtPlanhat == 1)
        #expect(
            receipt.text.hasSuffix(
                "Up to 1 record may still be at Planhat: the same command with --remote deletes there, too.\n"
            )
        )
    }

    @Test("without --remote it tells what was asked for before from what nobody asked for")
    func orderedBefore() {
        var receipt = ErasureReceipt(answer([]))
        receipt.leave(
            Self.ids.map { Erasure.Remote(id: $0, planhatId: nil, deletableFrom: nil, isWanted: $0 != Self.ids[0]) }
        )
        #expect(receipt.text.contains("Up to 1 record may still be at Planhat: "))
        #expect(receipt.text.contains("as was asked for before: 2 records."))
        #expect(receipt.leftAtPlanhat == 3 && receipt.orderedAtPlanhat == 2)
        receipt.expect([])
        #expect(receipt.leftAtPlanhat == nil && receipt.orderedAtPlanhat == nil)
    }

    @Test("as JSON it has the same names whatever was found")
    func json() throws {
        var receipt = ErasureReceipt(answer([.init(id: Self.ids[0], state: .parked)], quarantined: 1))
        receipt.expect([])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        encoder.dateEncodingStrategy = .secondsSince1970
        #expect(
            String(decoding: try encoder.encode(receipt), as: UTF8.self)
                == #"{"erasedAt":0,"ids":["\#(Self.ids[0])"],"quarantined":1,"remote":[],"responses":{"parked":1}}"#
        )
    }
}
