/// Under which term a lane claims, and what this process alone knows of its claims; a value.
///
/// Whatever another collector may change is read in each transaction; this is the rest of ``CommittedState``.
struct Claiming: Sendable {
    /// Nil for a lane that takes responses in only, and while this collector doesn't forward.
    private(set) var term: Int64?
    /// Whether what another term was sending is still `sending`.
    private(set) var owesInterruption = false
    private var claimed: Set<Int64> = []
    private var latest: Milliseconds?

    /// Claims under this term from now on; under none for nil.
    mutating func lead(_ term: Int64?) {
        // When it is said again, some may be claimed already.
        guard self.term != term else { return }
        (self.term, owesInterruption, claimed) = (term, term != nil, [])
    }

    /// - Parameter present: under which somebody forwards, as the database has it; nil for nobody.
    /// - Returns: the term that is over by that; nil for none.
    mutating func notice(_ present: Int64?) -> Int64? {
        guard let term, term != present else { return nil }
        // What was claimed is the other's affair now.
        (self.term, owesInterruption, claimed) = (nil, false, [])
        return term
    }

    /// What another term was sending is dealt with.
    mutating func interrupted() {
        owesInterruption = false
    }

    /// Whether the next transaction has to see to the clock, for which it has to write: the first of a lane that claims, and
    /// each that finds the clock set back.
    func observesClock(at now: Milliseconds) -> Bool {
        term != nil && latest.map { $0 > now + ConfirmedTime.slewing } != false
    }

    /// What a transaction has read, with what it can't read.
    func completing(_ read: CommittedState) -> CommittedState {
        var state = read
        (state.claimed, state.latest) = (claimed, latest)
        return state
    }

    mutating func committed(_ state: CommittedState) {
        (claimed, latest) = (state.claimed, state.latest)
    }
}
