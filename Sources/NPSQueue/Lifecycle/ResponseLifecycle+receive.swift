/// What becomes of a response that comes in again.
extension ResponseLifecycle {
    typealias Trace = (_ digest: KeyedDigest, _ delivery: String?) -> KeyedDigest

    /// What came in.
    private struct Submission {
        let digest: KeyedDigest
        let version: ContentVersion
        let arrival: Milliseconds?
        let isHeld: Bool
        let formPrintedAt: Milliseconds?
        let delivery: String?
    }

    /// More than the edits, and the ids of their deliveries, that come while a sender still tries an earlier one.
    private static let supersededLimit = 16

    /// The same response came in again. `updated` means that its content has to be replaced. Content that is older than
    /// what is known is dropped: tools repeat a delivery that got no answer, also after an edit.
    ///
    /// - Parameters:
    ///   - arrival: when it came in, if that is not now; tells which content is older where versions don't.
    ///   - isHeld: it may be a bot's, so it replaces nothing.
    ///   - formPrintedAt: it replaces no person's answer that came in after this; nil replaces any.
    ///   - delivery: the sender's id of the delivery.
    ///   - trace: what is kept of a content that is replaced, and of its delivery; nil = nothing.
    mutating func receive(
        digest: KeyedDigest,
        version: ContentVersion = ContentVersion(),
        at now: Milliseconds,
        arrival: Milliseconds? = nil,
        isHeld: Bool = false,
        formPrintedAt: Milliseconds? = nil,
        delivery: String? = nil,
        trace: Trace? = nil
    ) -> Acceptance {
        let submission = Submission(
            digest: digest,
            version: version,
            arrival: arrival,
            isHeld: isHeld,
            formPrintedAt: formPrintedAt,
            delivery: delivery
        )
        if let reason = reasonToDrop(submission, at: now, trace) { return .unchanged(reason) }
        self.version = version.following(self.version)
        guard self.digest != digest || botFlag == .current else {
            // Should it be replaced, a repetition under this id is one all the same.
            if let delivery, delivery != self.delivery { remember(trace?(digest, delivery)) }
            return .unchanged(.sameContent)
        }
        replaceContent(with: submission, at: now, trace)
        return .updated
    }

    /// Why it changes nothing, not even what is known of the present content; nil when it may.
    private func reasonToDrop(_ new: Submission, at now: Milliseconds, _ trace: Trace?) -> UnchangedReason? {
        guard state != .erased else { return .erased }
        let isSame = digest == new.digest
        guard !new.isHeld else { return isSame ? .sameContent : .heldBehindAnswer }
        let order = new.version.order(after: version)
        // Received by a clock that was ahead, it would refuse every later answer until the clock is there again.
        let isPast = receivedAt <= now
        switch order {
        case .older: return .olderVersion
        case .newer: break
        case .same, .incomparable:
            if let arrival = new.arrival, arrival < receivedAt, isPast { return .olderVersion }
        }
        // The sender's id of the delivery proves a late repetition of what was replaced, and so does a time of update
        // that tells nothing new. Without either, a person may have changed back.
        let isRepeatable = new.delivery != nil || (new.version.updatedAt != nil && order == .same)
        if isRepeatable, !isSame, let trace, superseded.contains(trace(new.digest, new.delivery)) {
            return .replacedBefore
        }
        if !isSame, botFlag != .current, let printedAt = new.formPrintedAt, printedAt < receivedAt, isPast {
            return .formOlderThanAnswer
        }
        return nil
    }

    private mutating func replaceContent(with new: Submission, at now: Milliseconds, _ trace: Trace?) {
        if let digest, digest != new.digest || delivery != nil { remember(trace?(digest, delivery)) }
        digest = new.digest
        delivery = new.delivery
        revision += 1
        attempts = 0
        receivedAt = new.arrival ?? now
        waitingFrom = now
        let wasHeld = heldUntil != nil
        // A person takes the place of a bot, even with the same content: the flag has to go. What was still held never
        // left, so Planhat has none.
        if botFlag == .current { botFlag = wasHeld ? .none : .earlier }
        switch state {
        case .pending where wasHeld:
            makePending(at: now)
        case .pending, .sending, .erased:
            // A pending one keeps its schedule: the wait is for the API's sake. One that is being sent learns from
            // its verdict, which names the older revision, that it has to go again.
            break
        case .delivered, .parked:
            mustUpsert = true
            makePending(at: now)
        }
    }

    private mutating func remember(_ trace: KeyedDigest?) {
        guard let trace, !superseded.contains(trace) else { return }
        superseded = (superseded + [trace]).suffix(Self.supersededLimit)
    }
}
