import NPSQueue

/// What an erasure has done since it told last, and is durable.
enum ErasurePart: Sendable, Equatable {
    /// So many quarantined payloads are erased.
    case payloads(Int)
    case responses(Erasure)
}

/// What an erasure did, added up for the audit log.
struct ErasureSum {
    private var responses = 0
    private var payloads = 0
    /// Of how many records the deletion at Planhat was asked for now, and not before.
    private var ordered = 0
    /// How many Planhat may still have whose deletion nobody has asked for.
    private var left = 0

    mutating func add(_ part: ErasurePart) {
        switch part {
        case .payloads(let count): payloads += count
        case .responses(let erasure):
            responses += erasure.responses.count
            ordered += erasure.ordered
            left += erasure.remote.count { !$0.isWanted }
        }
    }

    var changedSomething: Bool { responses + payloads + ordered > 0 }

    var outcome: String {
        let erased = OperatorActions.counted(responses, "response", "responses")
        let removed = OperatorActions.counted(payloads, "quarantined payload", "quarantined payloads")
        var text = "\(erased) and \(removed) erased"
        if ordered > 0 {
            text += "; " + OperatorActions.counted(ordered, "record", "records") + " ordered to be deleted at Planhat"
        }
        if left > 0 { text += "; " + OperatorActions.counted(left, "record", "records") + " may still be at Planhat" }
        return text
    }

    /// Of one that ended with an error.
    var unfinishedOutcome: String {
        changedSomething ? outcome + OperatorActions.unfinishedEnd : OperatorActions.begun
    }
}
