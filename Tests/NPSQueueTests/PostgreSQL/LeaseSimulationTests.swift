import Foundation
import Testing

@testable import NPSQueue

@Suite("Collectors with a lease")
struct LeaseSimulationTests {
    @Test(
        "whatever clocks, freezes, cuts and lost answers do, no two trust in it at the same time, and somebody leads again",
        arguments: 0..<8
    )
    func schedules(part: Int) {
        for seed in 0..<15 {
            var world = World(seed: UInt64(part * 1_000 + seed + 1))
            world.run(for: 60_000)
            #expect(world.overlaps == 0, "seed \(part * 1_000 + seed + 1)")
            world.calm()
            world.run(for: 10_000)
            #expect(world.trusted == 1, "seed \(part * 1_000 + seed + 1)")
            #expect(world.overlaps == 0)
        }
    }

    @Test("a lease that is trusted for longer than others wait is found out")
    func control() {
        let overlaps = (1...10).map { seed in
            var times = Lease.Times()
            times.trust = .milliseconds(5_000)
            var world = World(seed: UInt64(seed), times: times)
            world.run(for: 60_000)
            return world.overlaps
        }
        #expect(overlaps.contains { $0 > 0 })
    }
}

/// Three collectors, and the row that they all see.
private struct World {
    struct Row {
        var epoch: Int64 = 0
        var beat: Int64 = 0
        var holder: Int?
    }

    struct Node {
        var lease: Lease
        /// How fast its clock is.
        let rate: Double
        /// Where its clock began.
        let start: Double
        var frozenUntil = 0
        var cutUntil = 0
        /// What it has sent, and when the answer is there: an answer changes nothing before that.
        var pending: (action: Lease.Action, sentAt: Duration, arrives: Int, answers: Int, fate: Fate)?
        var answer: Answer?
    }

    /// Of a statement.
    enum Fate {
        case answered
        /// It takes effect, and nobody is told.
        case answerLost
        case lost
    }

    enum Answer {
        case sight(Lease.Sight?)
        case taken(Bool)
        case beaten(Lease.Beat)
    }

    private var row = Row()
    private var nodes: [Node] = []
    private var generator: SeededGenerator
    private var now = 0
    private var isCalm = false
    private(set) var overlaps = 0

    init(seed: UInt64, times: Lease.Times = Lease.Times()) {
        generator = SeededGenerator(seed: seed)
        for _ in 0..<3 {
            let rate = Double.random(in: 0.99...1.01, using: &generator)
            let start = Double.random(in: 0...1e6, using: &generator)
            nodes.append(Node(lease: Lease(times: times), rate: rate, start: start))
        }
    }

    var trusted: Int { nodes.indices.count { isTrusted($0) } }

    private func clock(_ index: Int) -> Duration {
        .microseconds(Int64((nodes[index].start + Double(now) * nodes[index].rate) * 1_000))
    }

    /// A frozen one sends nothing, whatever it trusts in.
    private func isTrusted(_ index: Int) -> Bool {
        nodes[index].frozenUntil <= now && nodes[index].lease.isTrusted(at: clock(index))
    }

    mutating func calm() {
        isCalm = true
        for index in nodes.indices { (nodes[index].frozenUntil, nodes[index].cutUntil) = (now, now) }
    }

    /// In milliseconds.
    mutating func run(for length: Int) {
        let end = now + length
        while now < end {
            now += 10
            for index in nodes.indices {
                disturb(index)
                arrive(index)
                step(index)
            }
            if trusted > 1 { overlaps += 1 }
        }
    }

    private mutating func disturb(_ index: Int) {
        guard !isCalm else { return }
        if Int.random(in: 0..<800, using: &generator) == 0 {
            nodes[index].frozenUntil = now + Int.random(in: 50...9_000, using: &generator)
        }
        if Int.random(in: 0..<800, using: &generator) == 0 {
            nodes[index].cutUntil = now + Int.random(in: 50...9_000, using: &generator)
        }
    }

    /// What was sent reaches the row, also when the sender is frozen by then.
    private mutating func arrive(_ index: Int) {
        guard let pending = nodes[index].pending, nodes[index].answer == nil, now >= pending.arrives else { return }
        let (arrives, isTold) = (pending.fate != .lost, pending.fate == .answered)
        switch pending.action {
        case .look:
            let (isHeld, isOwn) = (row.holder != nil, row.holder == index)
            let sight = Lease.Sight(epoch: row.epoch, beat: row.beat, isHeld: isHeld, isOwn: isOwn)
            nodes[index].answer = .sight(isTold ? sight : nil)
        case .take(let sight):
            let isTaken = arrives && row.epoch == sight.epoch && row.beat == sight.beat
            if isTaken { row = Row(epoch: row.epoch + 1, beat: 0, holder: index) }
            nodes[index].answer = .taken(isTaken && isTold)
        case .beat:
            let isCounted = arrives && row.holder == index
            if isCounted { row.beat += 1 }
            nodes[index].answer = .beaten(!isTold ? .failed : isCounted ? .counted : .refused)
        case .wait: nodes[index].pending = nil
        }
    }

    private mutating func step(_ index: Int) {
        guard nodes[index].frozenUntil <= now else { return }
        let time = clock(index)
        if let pending = nodes[index].pending {
            guard let answer = nodes[index].answer, now >= pending.answers else { return }
            nodes[index].pending = nil
            nodes[index].answer = nil
            switch answer {
            case .sight(let sight): nodes[index].lease.saw(sight, at: time)
            case .taken(let success):
                nodes[index].lease.took(success, sentAt: pending.sentAt)
                nodes[index].lease.recovered()
            case .beaten(let beat): nodes[index].lease.beaten(beat, sentAt: pending.sentAt)
            }
        }
        let action = nodes[index].lease.next(at: time)
        if case .wait = action { return }
        let way = isCalm ? 10 : Int.random(in: 0...120, using: &generator)
        let back = isCalm ? 10 : Int.random(in: 0...120, using: &generator)
        let chance = isCalm ? 0 : Int.random(in: 1...100, using: &generator)
        let fate: Fate = nodes[index].cutUntil > now ? .lost : chance > 98 ? .answerLost : .answered
        nodes[index].pending = (action, time, now + way, now + way + back, fate)
    }
}
