import Foundation
import NPSModel
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    @Test("a response id is nps1- and the first half of a SHA-256, as sha256sum computes it")
    func responseID() {
        // printf 'standard\0r1' | sha256sum
        let id = ResponseID(source: "standard", providerID: "r1")
        #expect(id.rawValue == "nps1-16337e4cb12ecb812232f1de2546167a")
        #expect(ResponseID(rawValue: id.rawValue) == id)
    }

    @Test(
        "other text is no response id",
        arguments: ["", "nps1-", "nps1-xyz", "nps2-16337e4cb12ecb812232f1de2546167a"]
    )
    func noResponseID(text: String) {
        #expect(ResponseID(rawValue: text) == nil)
        #expect(ResponseID(rawValue: text + "é") == nil)
    }

    private static let objectID = "65d4a5a2f0e1c8b7a6958473"

    @Test(
        "an objectId names both, an external id only a company",
        arguments: [objectID, objectID.uppercased(), "extid-Acme 7"]
    )
    func admitted(text: String) {
        #expect(PlanhatReference.company.admits(text))
        #expect(PlanhatReference.campaign.admits(text) == !text.hasPrefix("extid-"))
    }

    @Test(
        "nothing else names either",
        arguments: [
            "", "spring", "65d4a5a2f0e1c8b7a695847", "65d4a5a2f0e1c8b7a69584733", "65d4a5a2f0e1c8b7a695847g", "extid-",
            "srcid-1",
        ]
    )
    func refused(text: String) {
        #expect(!PlanhatReference.company.admits(text))
        #expect(!PlanhatReference.campaign.admits(text))
    }
}
