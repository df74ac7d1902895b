import NPSModel
import PlanhatSandbox
import Testing

struct FaultPlanTests {
    @Test("all problems of the settings are named at once")
    func problems() {
        let settings = ["429=2", "nonsense=1", "post-duplicate=maybe", "slow", "500-after=1.5", "drop-after=2@never"]
        let error = #expect(throws: SandboxError.self) { try FaultPlan(parsing: settings) }
        guard case .faults(let problems) = error else { return }
        #expect(problems.count == 5)
        #expect(error?.description.contains("duplicate | reject") == true)
    }

    @Test("a plan printed as JSON reads as the same plan")
    func roundTrip() throws {
        let plan = try FaultPlan(parsing: [
            "post-duplicate=reject", "unknown-contact=ignore-2xx", "rate-limit=7", "overlap-window=20", "429=3",
            "500-after=0.25", "drop-after=1@create", "slow=1.0@write", "seed=18446744073709551615",
        ])
        var read = FaultPlan()
        try read.merge(plan.json)
        #expect(read == plan)
    }

    @Test("JSON takes numbers, too: whole ones count, fractions are rates; one bad member changes nothing")
    func numbers() throws {
        var plan = FaultPlan()
        try plan.merge(.object(["429": .integer(2), "slow": .number(0.5)]))
        #expect(plan.triggers[.tooManyRequests] == FaultTrigger(.count(2)))
        #expect(plan.triggers[.slow] == FaultTrigger(.rate(0.5)))
        let before = plan
        #expect(throws: SandboxError.self) { try plan.merge(.object(["401": .integer(1), "403": .null])) }
        #expect(plan == before)
    }

    @Test("a count strikes that often and no more")
    func count() throws {
        var plan = try FaultPlan(parsing: ["500-before=2"])
        var random = SeededGenerator(seed: 1)
        let actions = (0..<3).map { _ in plan.next(for: .list, using: &random) }
        #expect(actions == [.refuse(.internalError), .refuse(.internalError), .proceed])
        #expect(plan == FaultPlan())
    }

    @Test(
        "a scope keeps a fault from other operations",
        arguments: [
            ("drop-after=9@create", [Operation.create]), ("drop-after=9@read", [.get, .list]),
            ("drop-after=9@write", [.create, .update, .delete, .upsert]), ("drop-after=9", Operation.allCases),
            ("206-partial=9", [.upsert]), ("created-201=9", [.create]),
        ]
    )
    func scope(setting: String, struck: [Operation]) throws {
        var plan = try FaultPlan(parsing: [setting])
        var random = SeededGenerator(seed: 1)
        let hit = Operation.allCases.filter { plan.next(for: $0, using: &random) != .proceed }
        #expect(Set(hit) == Set(struck))
    }

    @Test("a rate strikes its share, and with one seed the same requests")
    func rate() throws {
        func storm(seed: UInt64) throws -> [FaultAction] {
            var plan = try FaultPlan(parsing: ["429=0.2", "drop-after=0.2"])
            var random = SeededGenerator(seed: seed)
            return (0..<2_000).map { _ in plan.next(for: .create, using: &random) }
        }
        let actions = try storm(seed: 7)
        #expect(try storm(seed: 7) == actions)
        #expect(try storm(seed: 8) != actions)
        // 429 has the first draw, so dropping gets its share of the other four fifths.
        #expect((250...390).contains(actions.count { $0 == .drop(committing: true) }))
        #expect((330...470).contains(actions.count { $0 == .refuse(.tooManyRequests) }))
    }

    @Test("rates of 0 and 1 are never and always")
    func bounds() throws {
        var plan = try FaultPlan(parsing: ["429=0.0", "401=1.0"])
        var random = SeededGenerator(seed: 1)
        #expect((0..<100).allSatisfy { _ in plan.next(for: .get, using: &random) == .refuse(.unauthorized) })
    }

    @Test("every setting has its line of usage")
    func usage() {
        #expect(FaultPlan.usage.contains("post-duplicate=duplicate | reject"))
        #expect(
            FaultKind.allCases.allSatisfy { kind in FaultPlan.usage.contains { $0.hasPrefix(kind.rawValue + "=") } }
        )
    }
}
