package import Foundation
package import NPSPages
package import NPSQueue

extension ConsolePages {
    /// - Parameter deed: what a form did just before; nil for nothing.
    package func quarantine(_ board: QuarantineBoard, did deed: Deed?, in visit: Visit) -> Page {
        let text = sentences(visit)
        let view = QuarantineView(board, did: deed, text, visit)
        return page("quarantine", area: .quarantine, title: text["quarantineTitle"], view, at: board.date, in: visit)
    }

    /// - Parameter entry: with its body, which holds personal data.
    package func payload(_ entry: QuarantineEntry, at date: Date, in visit: Visit) -> Page {
        let view = PayloadView(entry, sentences(visit), visit)
        return page("payload", area: .quarantine, title: view.entry.title, view, at: date, in: visit)
    }

    package func replay(_ trial: ReplayTrial, in visit: Visit) -> Page {
        let text = sentences(visit)
        let view = ReplayView(trial, text, visit)
        return page("replay", area: .quarantine, title: text["replayTitle"], view, at: trial.date, in: visit)
    }

    /// The question before anything is discarded.
    ///
    /// - Parameters:
    ///   - count: how many payloads it is about, which may be gone.
    ///   - through: the last of them; what comes later isn't meant.
    package func discard(
        _ choice: QuarantineChoice,
        count: Int,
        through: QuarantineID?,
        at date: Date,
        in visit: Visit
    ) -> Page {
        let text = sentences(visit)
        let view = DiscardView(
            subject: choice.name(text),
            isEmpty: count == 0,
            action: visit.address(QuarantinePath.discard),
            fieldName: choice.field.name,
            fieldValue: choice.field.value,
            through: through.map { "\($0)" } ?? "",
            label: text("discardDo", ["count": text.number(count)]),
            back: visit.address(QuarantinePath.list)
        )
        return page("discard", area: .quarantine, title: text["discardTitle"], view, at: date, in: visit)
    }
}

/// What `discard.mustache` prints.
private struct DiscardView: Sendable {
    let subject: String
    /// Whether all that was meant is gone.
    let isEmpty: Bool
    let action: String
    let fieldName: String
    let fieldValue: String
    let through: String
    let label: String
    let back: String
}
