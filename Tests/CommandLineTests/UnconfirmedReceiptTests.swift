import Foundation
import NPSModel
import NPSQueue
import Testing

@testable import nps_collector

@Suite("What queue erase --unconfirmed prints")
struct UnconfirmedReceiptTests {
    private static let tombstone = UnconfirmedErasure(
        sequence: 7,
        id: ResponseID(source: "acme", providerID: "a"),
        planhatId: "64a1",
        erasedAt: Date(timeIntervalSince1970: 0),
        deletableFrom: Date(timeIntervalSince1970: 0),
        isRemoteDeletionWanted: false
    )

    @Test("nothing to do is said so")
    func nothing() {
        let receipt = UnconfirmedReceipt()
        #expect(receipt.text == "Nothing is left to confirm at Planhat.\n")
        #expect(receipt.isComplete)
    }

    @Test("counts, and what failed with its reason")
    func counts() {
        var receipt = UnconfirmedReceipt()
        receipt.deleted = 12
        receipt.alreadyGone = 1
        #expect(receipt.isComplete)
        receipt.sending = 2
        receipt.failed = [.init(Self.tombstone, "It stays.")]
        receipt.left = 3
        #expect(!receipt.isComplete)
        #expect(
            receipt.text == """
                erased responses at Planhat                 count
                ------------------------------------------  -----
                deleted                                        12
                already gone                                    1
                still being sent: run it again in a minute      2
                failed                                          1
                not tried                                       3

                response                               at Planhat  problem
                -------------------------------------  ----------  ---------
                \(Self.tombstone.id)  64a1        It stays.

                """
        )
    }
}
