package import NPSPages

extension ConsolePages {
    package func person(_ person: PersonPage, in visit: Visit) -> Page {
        let text = sentences(visit)
        if case .erasure(let email, let ticket) = person.content {
            let view = ErasureView(
                action: visit.address(PersonPath.erase),
                email: email,
                ticket: ticket,
                back: visit.address(Area.person.path)
            )
            return page("erasure", area: .person, title: text["eraseTitle"], view, at: person.date, in: visit)
        }
        let view = PersonView(person, text, visit)
        let title = text(view.isWrong ? "errorTitle" : "plainTitle", ["title": text["personTitle"]])
        return page("person", area: .person, title: title, view, at: person.date, in: visit)
    }

    /// The receipt of an erasure.
    package func receipt(_ note: ErasureNote, in visit: Visit) -> Page {
        let text = sentences(visit)
        let view = ReceiptView(note, text, visit)
        return page("receipt", area: .person, title: text["receiptTitle"], view, at: note.erasedAt, in: visit)
    }
}

/// What `erasure.mustache` prints: the question.
private struct ErasureView: Sendable {
    let action: String
    let email: String
    let ticket: String
    let back: String
}
