import NPSQueue

/// What `overview.mustache` prints.
struct OverviewView: Sendable {
    let states: [StateCard]
    let books: BooksTable?

    init(_ overview: Overview, _ text: Sentences, _ visit: Visit) {
        states = [.acceptance(overview, text), .delivery(overview, text)]
        books = overview.books.map { BooksTable($0, text) }
    }
}

/// How one thing is, in a word and in a sentence.
struct StateCard: Sendable {
    /// `good`, `warn` or `bad`.
    let mood: String
    let heading: String
    let word: String
    let sentence: String?
    /// What the program itself says, in English.
    let said: String?
}

extension StateCard {
    static func acceptance(_ overview: Overview, _ text: Sentences) -> StateCard {
        let isAccepting = overview.acceptanceProblem == nil
        return StateCard(
            mood: isAccepting ? "good" : "bad",
            heading: text["acceptanceHeading"],
            word: text[isAccepting ? "accepting" : "notAccepting"],
            sentence: isAccepting ? nil : text["notAcceptingBody"],
            said: overview.acceptanceProblem
        )
    }

    static func delivery(_ overview: Overview, _ text: Sentences) -> StateCard {
        let delivery = overview.delivery
        let mood = ["paused": "bad", "backingOff": "warn"][delivery.state] ?? (delivery.isHeldUp ? "warn" : "good")
        return StateCard(
            mood: mood,
            heading: text["deliveryHeading"],
            word: text["delivery" + delivery.state.prefix(1).uppercased() + delivery.state.dropFirst()],
            sentence: text("lastMinute", ["count": text.number(delivery.deliveredLastMinute)]),
            said: delivery.sentence
        )
    }
}

/// The books, whose last row is the sum of the others.
struct BooksTable: Sendable {
    struct Row: Sendable {
        let name: String
        let count: String
        let isSum: Bool
    }

    let rows: [Row]
    let balances: Bool

    init(_ books: QueueStatus, _ text: Sentences) {
        let counts = [
            ("pending", books.pending), ("sending", books.sending), ("delivered", books.delivered),
            ("parked", books.parked), ("erased", books.erased), ("accepted", books.accepted),
        ]
        rows = counts.map { Row(name: text["books" + $0.prefix(1).uppercased() + $0.dropFirst()], count: text.number($1), isSum: $0 == "accepted") }
        balances = books.balances
    }
}
