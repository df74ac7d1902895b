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
        /// The person's responses, the newest first unless one of them was asked for, and whether there are more than these.
        case found(String, [QueueItem], hasMore: Bool)
        /// A response of which nobody knows any more whose it was.
        case alone(QueueItem)
        /// Whether to erase this person.
        case erasure(String, ticket: String)
        /// That this person is being erased, which takes longer, and whether at Planhat, too.
        case erasing(String, ticket: String, isRemote: Bool)
    }

    package let content: Content
    package let date: Date

    /// How many responses a page shows.
    package static let length = 3

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
        /// Nil where that isn't known any more.
        let email: String?
        let isEmpty: Bool
        let responses: [Response]
        /// The last of these, after which earlier ones follow; nil when there are none.
        let before: String?
        /// Where the question before the erasure is.
        let erase: String
    }

    struct Response: Sendable {
        let id: String
        let state: String
        let facts: [Fact]
        let comment: String?
        let isCut: Bool
        /// Why it isn't delivered, in English, or the beginning of that.
        let reason: String?
    }

    struct Fact: Sendable {
        let name: String
        let value: String
    }

    /// In bytes of HTML, of what is no address.
    private static let mostTyped = 600

    init(_ page: PersonPage, _ text: Sentences, _ visit: Visit) {
        action = visit.address(Area.person.path)
        switch page.content {
        case .question, .erasure, .erasing: (typed, isWrong, found) = ("", false, nil)
        case .wrong(let typed):
            let (shown, _) = PageRoom.beginning(of: typed, upTo: Self.mostTyped)
            (self.typed, isWrong, found) = (shown, true, nil)
        case .found(let email, let items, let hasMore):
            (typed, isWrong) = ("", false)
            found = Found(
                email: email,
                isEmpty: items.isEmpty,
                responses: Response.all(items, text),
                before: hasMore ? items.last.map { "\($0.sequence)" } : nil,
                erase: visit.address(PersonPath.erase)
            )
        case .alone(let item):
            (typed, isWrong) = ("", false)
            found = Found(email: nil, isEmpty: false, responses: Response.all([item], text), before: nil, erase: "")
        }
    }
}

/// Where each thing is done.
enum PersonPath {
    static let erase = Area.person.path + "/erase"
    static let receipt = Area.person.path + "/receipt"
}

extension PersonView.Response {
    /// In bytes of HTML, for all that people wrote and all reasons on a page.
    private static let room = 500

    fileprivate static func all(_ items: [QueueItem], _ text: Sentences) -> [Self] {
        let shares = PageRoom.shares(of: items.flatMap { [$0.comment ?? "", $0.reason ?? ""] }, in: room)
        return items.enumerated().map { index, item in
            Self(item, mostComment: shares[2 * index], mostReason: shares[2 * index + 1], text)
        }
    }

    private init(_ item: QueueItem, mostComment: Int, mostReason: Int, _ text: Sentences) {
        id = item.id.rawValue
        state = text["books" + item.state.rawValue.capitalized]
        let words = item.comment.map { PageRoom.beginning(of: $0, upTo: mostComment) }
        comment = words?.text
        let why = item.reason.map { PageRoom.beginning(of: $0, upTo: mostReason) }
        reason = why?.text
        isCut = words?.isWhole == false || why?.isWhole == false
        let moments: [(String, Date?)] = [
            ("personAnswered", item.answeredAt), ("personAccepted", item.acceptedAt),
            ("personHeld", item.heldUntil), ("personNext", item.heldUntil == nil ? item.nextAttemptAt : nil),
            ("personDelivered", item.deliveredAt),
        ]
        let answer: [(String, String?)] = [
            ("sourceHead", item.source), ("survey", item.survey), ("personScore", item.score.map(text.number)),
        ]
        let all = answer + moments.map { name, date in (name, date.map { Moment($0).text }) }
        facts = all.compactMap { name, value in value.map { PersonView.Fact(name: text[name], value: $0) } }
    }
}
