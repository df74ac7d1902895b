import Testing

@testable import NPSModel

@Suite("Ids of Planhat's own things")
struct PlanhatReferenceTests {
    private static let id = "65d4a5a2f0e1c8b7a6958473"

    @Test("an objectId names both, an external id only a company", arguments: [id, id.uppercased(), "extid-Acme 7"])
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
