import NPSModel

extension QueueTransaction {
    /// By what a response counts, as far as that is known. A bot's answer doesn't count, nor does what was erased.
    ///
    /// What an earlier version stored has no tally, and gets it while its content is there.
    ///
    /// - Parameter mayBeStale: whether an earlier version may have changed the content and left the tally.
    static func tally(of response: StoredResponse, mayBeStale: Bool) -> TallyCode? {
        guard response.lifecycle.state != .erased, response.lifecycle.botFlag != .current else { return nil }
        guard let code = response.tally else { return response.content.flatMap(Tally.init).map(TallyCode.init) }
        guard
            mayBeStale, response.lifecycle.revision > 1, let old = code.tally,
            let present = response.content.flatMap(Tally.init)
        else { return code }
        let tally = Tally(day: present.day, score: present.score, survey: old.survey, campaign: present.campaign)
        return tally == old ? code : TallyCode(tally)
    }

    /// What the response is counted by when it is saved.
    func tally(of response: StoredResponse) -> TallyCode? {
        Self.tally(of: response, mayBeStale: rows.talliesMayBeStale)
    }

    /// Those of them that are counted wrongly, and how many can't be counted, because their content can't be read here.
    func wronglyTallied(among candidates: [Int64]) throws -> (sequences: [Int64], gaps: Int) {
        let found = try rows.leavingUnopened.load(untallied: candidates)
        return (
            found.filter { tally(of: $0) != $0.tally }.map(\.sequence),
            found.count { $0.tally == nil && $0.payload != nil && $0.content == nil }
        )
    }

    /// Counts those of them that are still to be.
    mutating func tally(_ sequences: [Int64]) throws {
        let changes = try wronglyTallied(sequences).map { ResponseChange(old: $0, new: $0) }
        let wasDue = leavesDue
        try save(changes)
        // Whatever is due was so before.
        leavesDue = wasDue
    }

    private func wronglyTallied(_ sequences: [Int64]) throws -> [StoredResponse] {
        try rows.leavingUnopened.load(untallied: sequences).filter { tally(of: $0) != $0.tally }
    }

    /// Counts under the label what is counted under the name among the next cells. Returns the last that was looked at; nil
    /// when there are no more.
    func relabelTallies(
        _ name: String,
        _ label: String,
        after place: TallyCell.Place,
        limit: Int
    ) throws -> TallyCell.Place? {
        let page = try rows.tallies(after: place, before: TallyCode.afterAll, limit: limit)
        let named = page.filter { $0.place.source == name }.map(\.place)
        if name != label, !named.isEmpty {
            // Only what this transaction takes away itself: another collector may be at it, too.
            let taken = try rows.takeTallies(named).filter { $0.count != 0 }
            try rows.add(
                taken.map { cell in
                    TallyCell(place: TallyCell.Place(code: cell.place.code, source: label), count: cell.count)
                }
            )
        }
        return page.count == limit ? page.last?.place : nil
    }
}
