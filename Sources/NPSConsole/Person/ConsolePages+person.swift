import NPSModel
package import NPSPages

extension ConsolePages {
    package func person(_ person: PersonPage, in visit: Visit) -> Page {
        let text = sentences(visit)
        if let view = ErasureView(person.content, visit) {
            let title = text[view.isGoingOn ? "erasingTitle" : "eraseTitle"]
            return page("erasure", area: .person, title: title, view, at: person.date, in: visit)
        }
        let view = PersonView(person, text, visit)
        let title = text(view.isWrong ? "errorTitle" : "plainTitle", ["title": text["personTitle"]])
        return page("person", area: .person, title: title, view, at: person.date, in: visit)
    }

    /// The receipt of an erasure.
    ///
    /// - Parameters:
    ///   - place: which part of it.
    ///   - pause: why nothing is deleted at Planhat for now, in English; nil when nothing holds it up.
    package func receipt(
        _ note: ErasureNote,
        at place: ReceiptPlace,
        pause: String? = nil,
        in visit: Visit
    ) -> Page {
        let text = sentences(visit)
        let view = ReceiptView(note, place, pause: pause, text, visit)
        return page("receipt", area: .person, title: text["receiptTitle"], view, at: note.erasedAt, in: visit)
    }
}

extension Visit {
    /// Where a response is shown, and whose it is.
    func address(of id: ResponseID) -> String { address(Area.person.path, ["id": id.rawValue]) }
}

/// What `erasure.mustache` prints: the question, or that it is being done.
private struct ErasureView: Sendable {
    let action: String
    let email: String
    let ticket: String
    let isGoingOn: Bool
    /// Whether Planhat is to forget the person, too, so that the form that asks for the receipt doesn't say otherwise.
    let isRemote: Bool
    let back: String

    /// Nil for what is no erasure.
    init?(_ content: PersonPage.Content, _ visit: Visit) {
        switch content {
        case .question, .wrong, .found, .alone: return nil
        case .erasure(let email, let ticket):
            (self.email, self.ticket, isGoingOn, isRemote) = (email, ticket, false, false)
        case .erasing(let email, let ticket, let isRemote):
            (self.email, self.ticket, isGoingOn, self.isRemote) = (email, ticket, true, isRemote)
        }
        action = visit.address(PersonPath.erase)
        back = visit.address(Area.person.path)
    }
}
