import NPSQueue

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
            ("Pending", books.pending), ("Sending", books.sending), ("Delivered", books.delivered),
            ("Parked", books.parked), ("Erased", books.erased), ("Accepted", books.accepted),
        ]
        rows = counts.map { Row(name: text["books" + $0], count: text.number($1), isSum: $0 == "Accepted") }
        balances = books.balances
    }
}
