package import NPSPages

extension ConsolePages {
    package func person(_ person: PersonPage, in visit: Visit) -> Page {
        let text = sentences(visit)
        if case .erasure(let email, let ticket, let isGoingOn) = person.content {
            let view = ErasureView(
                action: visit.address(PersonPath.erase),
                email: email,
                ticket: ticket,
                isGoingOn: isGoingOn,
                back: visit.address(Area.person.path)
            )
            return page("erasure", area: .person, title: text["eraseTitle"], view, at: person.date, in: visit)
        }
        let view = PersonView(person, text, visit)
        let title = text(view.isWrong ? "errorTitle" : "plainTitle", ["title": text["personTitle"]])
        return page("person", area: .person, title: title, view, at: person.date, in: visit)
    }

    /// The receipt of an erasure.
    ///
    /// - Parameter pause: why nothing is deleted at Planhat for now, in English; nil when nothing holds it up.
    package func receipt(_ note: ErasureNote, pause: String? = nil, in visit: Visit) -> Page {
        let text = sentences(visit)
        let view = ReceiptView(note, pause: pause, text, visit)
        return page("receipt", area: .person, title: text["receiptTitle"], view, at: note.erasedAt, in: visit)
    }
}

/// What `erasure.mustache` prints: the question.
private struct ErasureView: Sendable {
    let action: String
    let email: String
    let ticket: String
    let isGoingOn: Bool
    let back: String
}
