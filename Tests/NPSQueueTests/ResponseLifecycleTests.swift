import Foundation
import Testing

@testable import NPSQueue

/// Times are written as milliseconds in these tests.
extension Milliseconds: ExpressibleByIntegerLiteral {
    init(integerLiteral value: Int64) {
        self.init(rawValue: value)
    }
}

/// Digests are written as short texts.
extension KeyedDigest: ExpressibleByStringLiteral {
    init(_ text: String) {
        self.init(rawValue: text.utf8.reduce(0) { $0 << 8 | UInt128($1) })
    }

    init(stringLiteral value: String) {
        self.init(value)
    }
}

@Suite("State machine")
struct ResponseLifecycleTests {
    private static let earlier: Milliseconds = 999_999
    private static let now: Milliseconds = 1_000_000
    private static let later: Milliseconds = 1_060_000

    private static func lifecycle(_ state: ResponseState) -> ResponseLifecycle {
        var lifecycle = ResponseLifecycle(digest: "a", at: now)
        lifecycle.state = state
        lifecycle.attempts = 3
        if state == .pending || state == .sending {
            lifecycle.nextAttemptAt = later
        } else {
            lifecycle.nextAttemptAt = nil
        }
        if state == .delivered { lifecycle.deliveredAt = now }
        return lifecycle
    }

    /// A response in a state, what arrives, and what becomes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let reason: UnchangedReason
        var state = ResponseState.delivered
        var known: (version: Milliseconds?, superseded: [KeyedDigest]) = (nil, [])
        var digest: KeyedDigest = "b"
        var version: Milliseconds?
        var arrival: Milliseconds?
        var isHeld = false
        var formPrintedAt: Milliseconds?
        var delivery: String?

        var testDescription: String { "\(reason)" }
    }

    @Test(
        "what changes nothing says why",
        arguments: [
            Case(reason: .sameContent, digest: "a"),
            Case(reason: .sameContent, digest: "a", isHeld: true),
            Case(reason: .sameContent, digest: "a", formPrintedAt: earlier),
            Case(reason: .erased, state: .erased),
            Case(reason: .erased, state: .erased, isHeld: true),
            Case(reason: .olderVersion, known: (10, []), version: 9),
            Case(reason: .olderVersion, arrival: earlier),
            Case(reason: .replacedBefore, known: (10, ["b"]), version: 10),
            Case(reason: .replacedBefore, known: (nil, ["b1"]), delivery: "1"),
            Case(reason: .heldBehindAnswer, isHeld: true),
            Case(reason: .heldBehindAnswer, state: .pending, isHeld: true),
            Case(reason: .formOlderThanAnswer, formPrintedAt: earlier),
            Case(reason: .formOlderThanAnswer, state: .sending, formPrintedAt: earlier),
        ]
    )
    func reasons(_ example: Case) {
        var lifecycle = Self.lifecycle(example.state)
        lifecycle.version = ContentVersion(updatedAt: example.known.version)
        lifecycle.superseded = example.known.superseded
        let before = lifecycle
        let acceptance = lifecycle.receive(
            digest: example.digest,
            version: ContentVersion(updatedAt: example.version),
            at: Self.later,
            arrival: example.arrival,
            isHeld: example.isHeld,
            formPrintedAt: example.formPrintedAt,
            delivery: example.delivery,
            trace: Self.trace
        )
        #expect(acceptance == .unchanged(example.reason))
        #expect(lifecycle == before)
    }

    @Test("a form printed when the answer stood already may change it", arguments: [now, now + .milliseconds(1)])
    func freshForm(printedAt: Milliseconds) {
        var lifecycle = Self.lifecycle(.delivered)
        #expect(lifecycle.receive(digest: "b", at: Self.later, formPrintedAt: printedAt) == .updated)
    }

    @Test("an answer that a clock ahead dated doesn't refuse the ones that come once the clock is right")
    func answerFromTheFuture() {
        var lifecycle = Self.lifecycle(.delivered)
        #expect(lifecycle.receive(digest: "b", at: Self.earlier, formPrintedAt: Self.earlier) == .updated)
        lifecycle = Self.lifecycle(.delivered)
        #expect(lifecycle.receive(digest: "b", at: Self.earlier, arrival: Self.earlier) == .updated)
    }

    @Test("a form that was printed before a bot's answer replaces it", arguments: [true, false])
    func formOlderThanBot(isHeld: Bool) {
        var lifecycle = Self.flagged(isHeld: isHeld)
        #expect(lifecycle.receive(digest: "b", at: Self.later, formPrintedAt: Self.earlier) == .updated)
    }

    /// What may be a bot's: still held, or delivered with its flag.
    private static func flagged(isHeld: Bool) -> ResponseLifecycle {
        var lifecycle = ResponseLifecycle(digest: "a", at: now)
        lifecycle.hold(until: later)
        guard !isHeld else { return lifecycle }
        lifecycle.claim()
        _ = lifecycle.settle(.delivered(planhatID: nil), revision: 1, at: later)
        return lifecycle
    }

    @Test("a person who says what a bot said takes its flag back, once", arguments: [true, false])
    func sameAsBot(isHeld: Bool) {
        var lifecycle = Self.flagged(isHeld: isHeld)
        #expect(lifecycle.receive(digest: "a", at: Self.later, isHeld: true) == .unchanged(.sameContent))
        #expect(lifecycle == Self.flagged(isHeld: isHeld))
        #expect(lifecycle.receive(digest: "a", at: Self.later, trace: Self.trace) == .updated)
        #expect(lifecycle.botFlag == (isHeld ? .none : .earlier))
        #expect(lifecycle.mustUpsert == !isHeld)
        #expect(lifecycle.revision == 2 && lifecycle.superseded.isEmpty)
        #expect(lifecycle.state == .pending && lifecycle.nextAttemptAt == Self.later && lifecycle.heldUntil == nil)
        let once = lifecycle
        #expect(lifecycle.receive(digest: "a", at: Self.later) == .unchanged(.sameContent))
        #expect(lifecycle == once)
    }

    @Test("what is held waits for a person's answer, and never takes the place of another")
    func held() {
        var lifecycle = ResponseLifecycle(digest: "bot", at: Self.now)
        lifecycle.hold(until: Self.later)
        #expect(lifecycle.nextAttemptAt == Self.later)
        #expect(lifecycle.receive(digest: "bot again", at: Self.now, isHeld: true) == .unchanged(.heldBehindAnswer))
        #expect(lifecycle.nextAttemptAt == Self.later)
        #expect(lifecycle.receive(digest: "person", at: Self.now) == .updated)
        #expect(lifecycle.nextAttemptAt == Self.now)
        #expect(lifecycle.receive(digest: "bot", at: Self.now, isHeld: true) == .unchanged(.heldBehindAnswer))
        #expect(lifecycle.digest == "person")
    }

    @Test("a bot's answer is refused behind a person's, even when the clock steps back")
    func heldIsNoDate() {
        var lifecycle = ResponseLifecycle(digest: "person", at: Self.now)
        let acceptance = lifecycle.receive(digest: "bot", at: Self.now + .seconds(-1), isHeld: true)
        #expect(acceptance == .unchanged(.heldBehindAnswer))
        #expect(lifecycle.digest == "person")
    }

    @Test("what was held waits for a person until it is claimed, however late that is")
    func heldUntilClaimed() {
        var lifecycle = ResponseLifecycle(digest: "bot", at: Self.now)
        lifecycle.hold(until: Self.later)
        #expect(lifecycle.heldUntil == Self.later)
        #expect(lifecycle.receive(digest: "person", at: Self.later + .milliseconds(1)) == .updated)
        #expect(lifecycle.heldUntil == nil)
        #expect(lifecycle.nextAttemptAt == Self.later + .milliseconds(1))
    }

    @Test(
        "an edit is taken in every state but one",
        arguments: [
            (ResponseState.pending, Acceptance.updated, ResponseState.pending, false, 0, later as Milliseconds?),
            (.sending, .updated, .sending, false, 0, later),
            (.delivered, .updated, .pending, true, 0, now),
            (.parked, .updated, .pending, true, 0, now),
            (.erased, .unchanged(.erased), .erased, false, 3, nil),
        ]
    )
    func edit(
        state: ResponseState,
        acceptance: Acceptance,
        after: ResponseState,
        mustUpsert: Bool,
        attempts: Int,
        next: Milliseconds?
    ) {
        var lifecycle = Self.lifecycle(state)
        #expect(lifecycle.receive(digest: "b", at: Self.now) == acceptance)
        #expect(lifecycle.state == after)
        #expect(lifecycle.mustUpsert == mustUpsert)
        #expect(lifecycle.attempts == attempts)
        #expect(lifecycle.nextAttemptAt == next)
        #expect(lifecycle.revision == (acceptance == .updated ? 2 : 1))
    }

    @Test("attempts are those with the present content")
    func attemptsAfterEdit() {
        let retryAt = Self.later.date
        var lifecycle = Self.lifecycle(.sending)
        #expect(lifecycle.receive(digest: "b", at: Self.now) == .updated)
        _ = lifecycle.settle(.ambiguous(retryAt: retryAt, reason: "no"), revision: 1, at: Self.now)
        #expect(lifecycle.attempts == 0)
        for (countsAttempt, attempts) in [(true, 1), (false, 1), (true, 2)] {
            lifecycle.claim()
            let outcome = Outcome.ambiguous(retryAt: retryAt, reason: "no", countsAttempt: countsAttempt)
            _ = lifecycle.settle(outcome, revision: 2, at: Self.now)
            #expect(lifecycle.attempts == attempts)
        }
    }

    @Test("the same content changes nothing in any state", arguments: ResponseState.allCases)
    func repetition(state: ResponseState) {
        var lifecycle = Self.lifecycle(state)
        #expect(lifecycle.receive(digest: "a", at: Self.later) == .unchanged(state == .erased ? .erased : .sameContent))
        #expect(lifecycle == Self.lifecycle(state))
    }

    @Test(
        "what is older than what is known is dropped, whatever it says; without a version the last one counts",
        arguments: [
            (10, 9, .unchanged(.olderVersion), 10), (10, 10, .updated, 10), (10, 11, .updated, 11),
            (10, nil, .updated, 10),
            (nil, 5, .updated, 5), (nil, nil, .updated, nil),
        ] as [(Milliseconds?, Milliseconds?, Acceptance, Milliseconds?)]
    )
    func versions(known: Milliseconds?, arriving: Milliseconds?, acceptance: Acceptance, after: Milliseconds?) {
        for state in ResponseState.allCases where state != .erased {
            var lifecycle = Self.lifecycle(state)
            lifecycle.version = ContentVersion(updatedAt: known)
            let version = ContentVersion(updatedAt: arriving)
            #expect(lifecycle.receive(digest: "b", version: version, at: Self.now) == acceptance)
            #expect(lifecycle.version == ContentVersion(updatedAt: after))
            #expect(lifecycle.digest == (acceptance == .updated ? "b" : "a"))
        }
    }

    /// Without delivery ids a trace is the digest, else the id follows it.
    private static func trace(_ digest: KeyedDigest, _ delivery: String?) -> KeyedDigest {
        (delivery ?? "").utf8.reduce(digest) { KeyedDigest(rawValue: $0.rawValue << 8 | UInt128($1)) }
    }

    @Test("content that was replaced is dropped when nothing tells that it is newer", arguments: [nil, 10])
    func replay(version: Milliseconds?) {
        for state in ResponseState.allCases where state != .erased {
            var lifecycle = Self.lifecycle(state)
            lifecycle.version = ContentVersion(updatedAt: version)
            func receive(_ digest: KeyedDigest, _ version: Milliseconds?) -> Acceptance {
                let version = ContentVersion(updatedAt: version)
                return lifecycle.receive(digest: digest, version: version, at: Self.later, trace: Self.trace)
            }
            #expect(receive("b", version) == .updated)
            let edited = lifecycle
            // The form and links state no time: a person may change back.
            #expect(receive("a", version) == (version == nil ? .updated : .unchanged(.replacedBefore)))
            if version != nil { #expect(lifecycle == edited) }
            #expect(receive("a", 11) == (version == nil ? .unchanged(.sameContent) : .updated))
            #expect(lifecycle.digest == "a")
        }
    }

    @Test("the same content under another delivery id counts as new")
    func anew() {
        for version in [nil, 10] as [Milliseconds?] {
            var lifecycle = Self.lifecycle(.delivered)
            (lifecycle.version, lifecycle.delivery) = (ContentVersion(updatedAt: version), "1")
            func receive(_ digest: KeyedDigest, _ delivery: String) -> Acceptance {
                lifecycle.receive(
                    digest: digest,
                    version: ContentVersion(updatedAt: version),
                    at: Self.later,
                    delivery: delivery,
                    trace: Self.trace
                )
            }
            #expect(receive("b", "2") == .updated)
            #expect(receive("a", "1") == .unchanged(.replacedBefore))
            #expect(receive("a", "3") == .updated)
            #expect(receive("b", "2") == .unchanged(.replacedBefore))
            #expect(receive("a", "1") == .unchanged(.sameContent))
            #expect(lifecycle.digest == "a")
        }
    }

    @Test("a late repetition under any id that a content had never replaces a newer edit", arguments: [nil, "1"])
    func manyDeliveries(first: String?) {
        var lifecycle = Self.lifecycle(.delivered)
        lifecycle.delivery = first
        func receive(_ digest: KeyedDigest, _ delivery: String) -> Acceptance {
            lifecycle.receive(digest: digest, at: Self.later, delivery: delivery, trace: Self.trace)
        }
        for id in ["2", "3", "2"] { #expect(receive("a", id) == .unchanged(.sameContent)) }
        #expect(receive("b", "4") == .updated)
        for id in [first, "2", "3"].compactMap(\.self) { #expect(receive("a", id) == .unchanged(.replacedBefore)) }
        #expect(receive("a", "5") == .updated)
        #expect(receive("b", "4") == .unchanged(.replacedBefore))
        #expect(lifecycle.digest == "a" && lifecycle.revision == 3)
    }

    @Test("an edit back is taken when only the time of the answer is stated, which no edit changes")
    func changedBack() {
        var lifecycle = Self.lifecycle(.delivered)
        lifecycle.version = ContentVersion(answeredAt: 10)
        for digest in ["b", "a", "b"] as [KeyedDigest] {
            let version = ContentVersion(answeredAt: 10)
            #expect(lifecycle.receive(digest: digest, version: version, at: Self.later, trace: Self.trace) == .updated)
        }
    }

    @Test("only the last traces are kept, and none of what is erased")
    func traces() {
        var lifecycle = Self.lifecycle(.delivered)
        for number in 0..<20 {
            _ = lifecycle.receive(
                digest: KeyedDigest("\(number)"),
                at: Self.later,
                delivery: "d\(number)",
                trace: Self.trace
            )
        }
        #expect(lifecycle.superseded == (3..<19).map { KeyedDigest("\($0)d\($0)") })
        let isErased = lifecycle.erase(at: Self.later)
        #expect(isErased)
        #expect(lifecycle.superseded.isEmpty)
        #expect(lifecycle.delivery == nil)
    }

    @Test("the same content said again later keeps older content out from then on")
    func confirmed() {
        var lifecycle = Self.lifecycle(.delivered)
        lifecycle.version = ContentVersion(updatedAt: 10)
        let (newer, older) = (ContentVersion(updatedAt: 30), ContentVersion(updatedAt: 20))
        #expect(lifecycle.receive(digest: "a", version: newer, at: Self.now) == .unchanged(.sameContent))
        #expect(lifecycle.receive(digest: "b", version: older, at: Self.now) == .unchanged(.olderVersion))
        #expect(lifecycle.state == .delivered)
    }

    @Test("only what is being sent can be settled", arguments: ResponseState.allCases.filter { $0 != .sending })
    func settleElsewhere(state: ResponseState) {
        var lifecycle = Self.lifecycle(state)
        #expect(lifecycle.settle(.park(reason: "no"), revision: 1, at: Self.later) == nil)
        #expect(lifecycle == Self.lifecycle(state))
    }

    @Test("only parked responses are retried by hand", arguments: ResponseState.allCases)
    func retry(state: ResponseState) {
        var lifecycle = Self.lifecycle(state)
        #expect(lifecycle.retry(at: Self.later) == (state == .parked))
        #expect(lifecycle.state == (state == .parked ? .pending : state))
    }

    @Test("everything can be erased once", arguments: ResponseState.allCases)
    func erase(state: ResponseState) {
        var lifecycle = Self.lifecycle(state)
        #expect(lifecycle.erase(at: Self.later) == (state != .erased))
        #expect(lifecycle.state == .erased)
        #expect(!lifecycle.keepsContent)
    }

    @Test(
        "an erased response remembers what may be at Planhat, and nothing else",
        arguments: [
            (ResponseState.pending, false, RemoteTrace?.none), (.pending, true, .record(from: 1_060_000)),
            (.sending, false, .sending), (.delivered, false, .record(from: 1_000_000)),
            (.parked, false, nil), (.parked, true, .record(from: 1_000_000)),
        ]
    )
    func remains(state: ResponseState, mustUpsert: Bool, remote: RemoteTrace?) {
        var lifecycle = Self.lifecycle(state)
        lifecycle.mustUpsert = mustUpsert
        let isErased = lifecycle.erase(at: Self.now)
        #expect(isErased)
        #expect(lifecycle.remote == remote)
    }

    @Test("what was parked in doubt is sought at Planhat when it is erased", arguments: [false, true])
    func parkedAfterAmbiguity(mayHaveArrived: Bool) {
        var lifecycle = Self.lifecycle(.sending)
        let attempt = lifecycle.settle(.park(reason: "no", mayHaveArrived: mayHaveArrived), revision: 1, at: Self.now)
        #expect(attempt?.outcome == .parked)
        #expect(lifecycle.mustUpsert == mayHaveArrived)
        let isErased = lifecycle.erase(at: Self.now)
        #expect(isErased)
        #expect((lifecycle.remote != nil) == mayHaveArrived)
    }

    @Test(
        "the verdict on what was erased while it was sent tells only what to look for at Planhat",
        arguments: [
            (Outcome.delivered(planhatID: "64a1"), false, RemoteTrace?.some(.record(from: 1_060_000)), "64a1"),
            (.delivered(planhatID: nil), false, .record(from: 1_060_000), nil),
            (
                .ambiguous(retryAt: Date(timeIntervalSince1970: 1_080), reason: "?"), false, .record(from: 1_080_000),
                nil
            ),
            (.ambiguous(retryAt: .distantFuture, reason: "?"), false, .record(from: 1_180_000), nil),
            (.retry(at: .distantFuture, reason: "429", countsAttempt: true), false, nil, nil),
            (.retry(at: .distantFuture, reason: "429", countsAttempt: true), true, .record(from: 1_060_000), nil),
            (.park(reason: "no"), false, nil, nil),
            (.park(reason: "no", mayHaveArrived: true), false, .record(from: 1_060_000), nil),
        ] as [(Outcome, Bool, RemoteTrace?, String?)]
    )
    func verdictOnErased(outcome: Outcome, mustUpsert: Bool, remote: RemoteTrace?, id: String?) {
        var lifecycle = Self.lifecycle(.sending)
        lifecycle.mustUpsert = mustUpsert
        let isErased = lifecycle.erase(at: Self.now)
        let isConfirmedTooEarly = lifecycle.confirmErasure()
        #expect(isErased && !isConfirmedTooEarly)
        let attempt = lifecycle.settle(outcome, revision: 1, at: Self.later)
        #expect(attempt == nil)
        #expect(lifecycle.state == .erased)
        #expect(lifecycle.remote == remote)
        #expect(lifecycle.planhatID == id)
        let isConfirmed = lifecycle.confirmErasure()
        #expect(isConfirmed == (remote != nil))
        #expect(lifecycle.remote == nil && lifecycle.planhatID == nil)
    }

    @Test("dates beyond the calendar are brought back to it", arguments: [Double.nan, .infinity, -.infinity, 1e300])
    func dates(seconds: Double) {
        #expect(abs(Milliseconds(Date(timeIntervalSince1970: seconds)).rawValue) <= 253_402_300_799_999)
    }
}
