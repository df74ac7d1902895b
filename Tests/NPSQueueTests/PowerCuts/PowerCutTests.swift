import Foundation
import TestSupport
import Testing

/// A workload with its seed, and how often the power fails in it.
struct PowerCutPlan: Sendable, CustomTestStringConvertible {
    let workload: PowerCutWorkload
    let seed: UInt64
    let cuts: Int

    var testDescription: String { "\(workload), seed \(seed), \(cuts) power cuts" }

    /// 200 cuts, or as many as `NPS_POWER_CUTS` asks for, or only those with the seed `NPS_POWER_SEED`.
    static var chosen: [PowerCutPlan] {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["NPS_POWER_SEED"].flatMap(UInt64.init) { return round(seeds: [seed]) }
        let cuts = environment["NPS_POWER_CUTS"].flatMap { Int($0) } ?? 200
        var plans: [PowerCutPlan] = []
        var seed: UInt64 = 1
        while plans.reduce(0, { $0 + $1.cuts }) < cuts {
            plans += round(seeds: [seed, seed + 1])
            seed += 2
        }
        return plans
    }

    /// A hundred for each seed.
    private static func round(seeds: [UInt64]) -> [PowerCutPlan] {
        seeds.flatMap { seed in
            [
                PowerCutPlan(workload: .everyday, seed: seed, cuts: 58),
                PowerCutPlan(workload: .slices, seed: seed, cuts: 10),
                PowerCutPlan(workload: .creation, seed: seed, cuts: 16),
                PowerCutPlan(workload: .migration, seed: seed, cuts: 16),
            ]
        }
    }

    /// For each cut that broke a promise: what, and how to see it again.
    func failures(ignoringSyncs: Bool = false) async throws -> [String] {
        let history = try await workload.run(seed: seed)
        var generator = SeededGenerator(seed: seed)
        let end = history.operations.count
        // Half of them when a caller has just been told that all is done.
        let promises = history.steps.flatMap { $0.calls.map(\.returned) }
        let positions = (0..<cuts).map { cut in
            cut.isMultiple(of: 2)
                ? Int.random(in: 0...end, using: &generator) : promises.randomElement(using: &generator) ?? end
        }.sorted()
        var disk = SimulatedDisk(history.files, ignoresSyncs: ignoringSyncs)
        var done = 0
        var failures: [String] = []
        for position in positions {
            for operation in history.operations[done..<position] { disk.apply(operation) }
            done = position
            let image = disk.afterPowerCut(using: &generator)
            let problems = await PowerCutCheck.problems(of: history, at: position, leaving: image, using: &generator)
            guard !problems.isEmpty else { continue }
            failures.append(
                "\(workload), NPS_POWER_SEED=\(seed), power lost after \(position) of \(end) operations: "
                    + problems.prefix(5).joined(separator: "; ")
            )
        }
        return failures
    }
}

@Suite("Power cuts")
struct PowerCutTests {
    @Test(
        "whatever a power cut leaves of unsynced writes, all that was acknowledged is there, and nothing is sent twice",
        // Each keeps a recording in memory.
        .serialized,
        arguments: PowerCutPlan.chosen
    )
    func survives(plan: PowerCutPlan) async throws {
        for failure in try await plan.failures() { Issue.record("\(failure)") }
    }

    @Test("a disk that doesn't sync what it confirms is found out")
    func control() async throws {
        let plan = PowerCutPlan(workload: .everyday, seed: 1, cuts: 12)
        #expect(try await plan.failures(ignoringSyncs: true).count >= 4)
    }

    @Test("a power cut leaves what was synced, and any sectors of what was not")
    func simulation() throws {
        var disk = SimulatedDisk(["a": [UInt8](repeating: 1, count: 1_024)])
        disk.apply(.write(file: 0, offset: 0, bytes: [UInt8](repeating: 2, count: 512)))
        disk.apply(.create(file: 1, name: "b"))
        disk.apply(.sync(file: 0))
        disk.apply(.write(file: 0, offset: 512, bytes: [UInt8](repeating: 3, count: 512)))
        disk.apply(.write(file: 0, offset: 1_024, bytes: [UInt8](repeating: 4, count: 1_024)))
        var generator = SeededGenerator(seed: 1)
        var seen: [Set<UInt8>] = [[], [], [], []]
        var names: Set<[String]> = []
        var sizes: Set<Int> = []
        for _ in 1...200 {
            let image = disk.afterPowerCut(using: &generator)
            let bytes = try #require(image["a"])
            names.insert(image.keys.sorted())
            sizes.insert(bytes.count)
            for sector in 0..<bytes.count / 512 {
                let values = Set(bytes[sector * 512..<(sector + 1) * 512])
                #expect(values.count == 1)
                seen[sector].formUnion(values)
            }
        }
        #expect(seen[0] == [2] && seen[1] == [1, 3] && seen[2] == [4, 0, 0xa5] && seen[3] == [4, 0, 0xa5])
        #expect(names == [["a"], ["a", "b"]] && sizes == [1_024, 1_536, 2_048])
        disk.apply(.syncDirectory)
        #expect(disk.afterPowerCut(using: &generator)["b"] == [])
    }
}
