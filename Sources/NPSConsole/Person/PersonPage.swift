package import Foundation
import NPSModel
package import NPSQueue

/// What is kept of a person. The address goes from page to page in the bodies of forms, and stands in no page's address.
package struct PersonPage: Sendable {
    package enum Content: Sendable {
        /// Nobody was asked for yet.
        case question
        /// What was typed is no address.
        case wrong(String)
        /// The person's responses, the newest first, and whether there are more than these.
        case found(String, [QueueItem], hasMore: Bool)
        /// Whether to erase this person.
        ///
        /// - Parameter isGoingOn: it was sent already, and takes longer.
        case erasure(String, ticket: String, isGoingOn: Bool = false)
    }

    package let content: Content
    package let date: Date

    /// How many responses a page shows.
    package static let length = 8

    package init(_ content: Content, at date: Date) {
        (self.content, self.date) = (content, date)
    }
}

/// What `person.mustache` prints.
struct PersonView: Sendable {
    let action: String
    /// What stands in the field.
    let typed: String
    let isWrong: Bool
    let found: Found?

    struct Found: Sendable {
        let email: String
        let isEmpty: Bool
        let responses: [Response]
        let hasMore: Bool
        /// Where the question before the erasure is.
        let erase: String
    }

    struct Response: Sendable {
        let id: String
        let state: String
        let source: String
        let facts: [Fact]
        let comment: String?
        let isCut: Bool
        /// Why it isn't delivered, in English.
        let reason: String?
    }

    struct Fact: Sendable {
        let name: String
        let value: String
    }

    init(_ page: PersonPage, _ text: Sentences, _ visit: Visit) {
        action = visit.address(Area.person.path)
        switch page.content {
        case .question, .erasure: (typed, isWrong, found) = ("", false, nil)
        case .wrong(let typed): (self.typed, isWrong, found) = (typed, true, nil)
        case .found(let email, let items, let hasMore):
            (typed, isWrong) = (email, false)
            found = Found(
                email: email,
                isEmpty: items.isEmpty,
                responses: items.map { Response($0, text) },
                hasMore: hasMore,
                erase: visit.address(PersonPath.erase)
            )
        }
    }
}

/// Where each thing is done.
enum PersonPath {
    static let erase = Area.person.path + "/erase"
}

extension PersonView.Response {
    /// In bytes.
    private static let mostComment = 700

    fileprivate init(_ item: QueueItem, _ text: Sentences) {
        (id, source, reason) = (item.id.rawValue, item.source, item.reason)
        state = text["books" + item.state.rawValue.capitalized]
        var size = 0
        comment = item.comment.map { words in
            String(
                words.prefix { character in
                    size += character.utf8.count
                    return size <= Self.mostComment
                }
            )
        }
        isCut = size > Self.mostComment
        let moments: [(String, Date?)] = [
            ("personAnswered", item.answeredAt), ("personAccepted", item.acceptedAt),
            ("personHeld", item.heldUntil), ("personNext", item.heldUntil == nil ? item.nextAttemptAt : nil),
            ("personDelivered", item.deliveredAt),
        ]
        let score = item.score.map { [PersonView.Fact(name: text["personScore"], value: text.number($0))] } ?? []
        facts =
            score
            + moments.compactMap { name, date in
                date.map { PersonView.Fact(name: text[name], value: Moment($0).text) }
            }
    }
}
