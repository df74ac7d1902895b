import Foundation
import NPSModel
import NPSQueue
import NPSServer

/// What `queue erase` did, to be kept as evidence; without the address.
struct ErasureReceipt: Encodable {
    /// What became of one record at Planhat.
    struct Remote: Encodable {
        enum Result: String, Encodable {
            case deleted
            case alreadyGone
            case failed
        }

        let id: ResponseID
        let planhatId: String?
        let result: Result
        let problem: String?

        init(_ record: Erasure.Remote, _ result: Result, _ problem: String? = nil) {
            id = record.id
            planhatId = record.planhatId
            self.result = result
            self.problem = problem
        }
    }

    let erasedAt: Date
    /// How many responses were erased, by the state that they were in.
    private(set) var responses: [String: Int] = [:]
    private(set) var ids: [ResponseID] = []
    private(set) var quarantined = 0
    /// Nil without `--remote`.
    private(set) var remote: [Remote]?
    /// How many records may still be at Planhat; nil with `--remote`.
    private(set) var leftAtPlanhat: Int?
    /// Of how many of these the deletion was asked for before; nil with `--remote`.
    private(set) var orderedAtPlanhat: Int?

    init(_ answer: ErasureResponse) {
        erasedAt = answer.erasure.erasedAt
        add(answer)
    }

    mutating func add(_ answer: ErasureResponse) {
        for response in answer.erasure.responses {
            ids.append(response.id)
            responses[response.state.rawValue, default: 0] += 1
        }
        quarantined += answer.quarantined
    }

    /// Without `--remote`.
    mutating func leave(_ records: [Erasure.Remote]) {
        leftAtPlanhat = records.count
        orderedAtPlanhat = records.count(where: \.isWanted)
    }

    /// Lists records to delete at Planhat, each as failed until its deletion succeeds.
    mutating func expect(_ records: [Erasure.Remote]) {
        (leftAtPlanhat, orderedAtPlanhat) = (nil, nil)
        remote = records.map { Remote($0, .failed, "The command ended before it: run it again.") }
    }

    /// Records what became of one of those that were expected.
    mutating func note(_ record: Remote) {
        guard let index = remote?.firstIndex(where: { $0.id == record.id }) else { return }
        remote?[index] = record
    }

    var hasFailures: Bool { remote?.contains { $0.result == .failed } ?? false }

    private var isEmpty: Bool {
        ids.isEmpty && quarantined == 0 && (remote ?? []).isEmpty && (leftAtPlanhat ?? 0) == 0
    }

    /// For people.
    var text: String {
        if isEmpty { return "Nothing of this person was found. (\(Timestamp.format(erasedAt)))\n" }
        var table = Table([Table.Column("erased"), Table.Column("count", .right)])
        for state in ResponseState.allCases {
            if let count = responses[state.rawValue] { table.add(["responses, \(state.rawValue)", "\(count)"]) }
        }
        table.add(["quarantined payloads", "\(quarantined)"])
        var text = "Erased at \(Timestamp.format(erasedAt)).\n\n" + table.render()
        if !ids.isEmpty || !(remote ?? []).isEmpty { text += "\n" + records.render() }
        let ordered = orderedAtPlanhat ?? 0
        let left = (leftAtPlanhat ?? 0) - ordered
        if left > 0 {
            let records = Self.records(left)
            text += "\nUp to \(records) may still be at Planhat: the same command with --remote deletes there, too.\n"
        }
        if ordered > 0 {
            text += "\nTo be deleted at Planhat, as was asked for before: \(Self.records(ordered)). "
            text += "The running collector does that.\n"
        }
        return text
    }

    private static func records(_ count: Int) -> String { count == 1 ? "1 record" : "\(count) records" }

    /// Every response that was erased now, and every record at Planhat of one that was erased earlier.
    private var records: Table {
        var table = Table(remote == nil ? ["response"] : ["response", "at Planhat"])
        var results: [ResponseID: Remote] = [:]
        for record in remote ?? [] { results[record.id] = record }
        let earlier = (remote ?? []).map(\.id).filter { !ids.contains($0) }
        for id in ids + earlier {
            table.add(remote == nil ? [id.rawValue] : [id.rawValue, Self.sentence(results[id])])
        }
        return table
    }

    private static func sentence(_ record: Remote?) -> String {
        switch record?.result {
        case .deleted: "deleted"
        case .alreadyGone: "already gone"
        case .failed: "failed: " + (record?.problem ?? "")
        case nil: "never there"
        }
    }
}
