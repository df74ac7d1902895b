import NPSModel
import NPSQueue

/// What a workload did and when, and what had to be in the queue after each step. Times are positions in the recording
/// of its disk.
struct PowerCutHistory: Sendable {
    /// One call of the queue's.
    struct Call: Sendable {
        let begun: Int
        /// When its caller knew that it was done.
        let returned: Int
        /// What it changed, in this order.
        let keys: [String]
        /// How many of these are changed by one transaction; nil for all.
        var slice: Int?
        /// False when it isn't known in which order.
        var isOrdered = true
        var submissions: [Submission] = []
        var drafts: [QuarantineDraft] = []
        var resolved: [QuarantineID] = []
    }

    /// Calls that were made at the same time.
    struct Step: Sendable {
        let calls: [Call]
        let after: QueueContents

        var begun: Int { calls.map(\.begun).min() ?? 0 }
    }

    /// A record that was written at Planhat, or deleted there.
    struct RecordChange: Sendable {
        let position: Int
        let id: ResponseID
        /// Nil: deleted.
        let response: SurveyResponse?
    }

    /// What was erased, and must not be readable any more.
    struct ErasedText: Sendable {
        let position: Int
        let text: String
    }

    let files: [String: [UInt8]]
    var operations: [DiskRecording.Operation] = []
    /// Before the first step.
    let start: QueueContents
    var steps: [Step] = []
    var recordChanges: [RecordChange] = []
    var erasedTexts: [ErasedText] = []

    /// What Planhat has at this moment; the content is nil where the workload didn't send it.
    func planhat(at position: Int) -> [ResponseID: SurveyResponse?] {
        var records: [ResponseID: SurveyResponse?] = [:]
        for id in start.mayBeAtPlanhat { records.updateValue(nil, forKey: id) }
        for change in recordChanges where change.position <= position {
            if let response = change.response {
                records.updateValue(response, forKey: change.id)
            } else {
                records.removeValue(forKey: change.id)
            }
        }
        return records
    }

    /// What each person had said last, whether or not the answer was acknowledged.
    func newest(at position: Int) -> [ResponseID: SurveyResponse] {
        var newest: [ResponseID: SurveyResponse] = [:]
        for call in steps.flatMap(\.calls) where call.begun <= position {
            for submission in call.submissions { newest[submission.response.id] = submission.response }
        }
        return newest
    }

    /// Calls that had begun and nobody knew the end of.
    func interruptedCalls(at position: Int) -> [Call] {
        steps.flatMap(\.calls).filter { $0.begun <= position && $0.returned > position }
    }

    /// What is not as it has to be after a power cut: everything acknowledged is there, and of a call that was
    /// interrupted each transaction wholly or not at all, in order.
    func differences(of found: QueueContents, at position: Int) -> [String] {
        guard let index = steps.lastIndex(where: { $0.begun <= position }) else {
            return differences(of: found, from: start, except: [])
        }
        let before = index == 0 ? start : steps[index - 1].after
        let after = steps[index].after
        var expected = before
        var open: Set<String> = []
        var problems: [String] = []
        for call in steps[index].calls {
            if call.returned <= position {
                expected.take(call.keys, from: after)
            } else {
                open.formUnion(call.keys)
                problems += Self.differences(of: found, in: call, before: before, after: after)
            }
        }
        return problems + differences(of: found, from: expected, except: open)
    }

    private func differences(
        of found: QueueContents,
        from expected: QueueContents,
        except open: Set<String>
    ) -> [String] {
        Set(found.entries.keys).union(expected.entries.keys).subtracting(open).sorted().compactMap { key in
            let (here, former) = (found.entries[key], expected.entries[key])
            return here == former ? nil : "\(key) is \(here ?? "missing"), and was \(former ?? "nowhere")"
        }
    }

    private static func differences(
        of found: QueueContents,
        in call: Call,
        before: QueueContents,
        after: QueueContents
    ) -> [String] {
        let changed = call.keys.filter { before.entries[$0] != after.entries[$0] }
        guard call.isOrdered else {
            return changed.filter { ![before.entries[$0], after.entries[$0]].contains(found.entries[$0]) }
                .map { "\($0) is \(found.entries[$0] ?? "missing"), which it never was" }
        }
        let done = changed.prefix { found.entries[$0] == after.entries[$0] }.count
        guard changed.dropFirst(done).allSatisfy({ found.entries[$0] == before.entries[$0] }) else {
            return ["of an interrupted call, a part is there that is neither the first nor whole: \(changed)"]
        }
        let isWhole = done == changed.count || done.isMultiple(of: call.slice ?? changed.count)
        return isWhole
            ? [] : ["of an interrupted transaction, \(done) of \(changed.count) changes are there: \(changed)"]
    }
}
