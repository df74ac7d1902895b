import Testing

@testable import NPSServer

@Suite("The streams that are open")
struct StreamBudgetTests {
    private let networks = Peer(testing: "198.51.100.1").networks
    private let others = Peer(testing: "2001:db8::1").networks

    @Test("one client gets an eighth of all, and another one has room then")
    func share() {
        let budget = StreamBudget(limit: 16)
        for _ in 0..<2 {
            #expect(budget.hasRoom(for: networks))
            budget.take(for: networks)
        }
        #expect(!budget.hasRoom(for: networks) && budget.hasRoom(for: others))
        budget.giveBack(for: networks)
        #expect(budget.hasRoom(for: networks))
    }

    @Test("one that nothing limits gets all that there are")
    func all() {
        let budget = StreamBudget(limit: 16)
        for _ in 0..<16 {
            #expect(budget.hasRoom(for: []))
            budget.take(for: [])
        }
        #expect(!budget.hasRoom(for: []) && !budget.hasRoom(for: others))
    }
}
