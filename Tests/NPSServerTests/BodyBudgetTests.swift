import Testing

@testable import NPSServer

@Suite("The memory for bodies")
struct BodyBudgetTests {
    private let mebibyte = 1 << 20
    private let budget = BodyBudget(limit: 128 << 20)

    private func networks(_ address: String) throws -> [ClientNetwork] {
        ClientNetwork.containing(try #require(IPAddress(address)))
    }

    /// How many of 128 bodies of 1 MiB a client may have in memory.
    private func bodies(of address: String) throws -> Int {
        let networks = try networks(address)
        return (0..<128).count { _ in budget.take(mebibyte, afterTaking: 0, for: networks) }
    }

    @Test("two clients that send all they can leave room for others")
    func share() throws {
        #expect(try bodies(of: "198.51.100.1") == 16)
        #expect(try bodies(of: "198.51.100.2") == 16)
        #expect(budget.take(mebibyte, afterTaking: 0, for: try networks("198.51.100.3")))
    }

    @Test("large bodies of many clients leave room for forms")
    func reserve() throws {
        var large = 0
        for number in 1...20 { large += try bodies(of: "198.51.100.\(number)") }
        #expect(large == 96)
        #expect(budget.take(98_304, afterTaking: 0, for: try networks("198.51.100.99")))
        #expect(!budget.take(98_304, afterTaking: 98_304, for: try networks("198.51.100.98")))
    }

    @Test("what is given back can be taken again")
    func givenBack() throws {
        let networks = try networks("2001:db8::1")
        for _ in 0..<1_000 {
            #expect(budget.take(mebibyte, afterTaking: 0, for: networks))
            budget.giveBack(mebibyte, for: networks)
        }
    }

    @Test("a client that nothing limits has no share of its own")
    func unknown() {
        #expect((0..<128).count { _ in budget.take(mebibyte, afterTaking: 0, for: []) } == 96)
    }
}
