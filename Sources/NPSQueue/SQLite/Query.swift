import Synchronization

/// A statement's text, and the number under which each connection keeps it prepared. Made once, as a static constant.
struct Query: Sendable {
    private static let made = Atomic(0)

    let text: String
    let number: Int

    init(_ text: String) {
        self.text = text
        number = Self.made.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// `SELECT … FROM source`, with the columns that the rows are decoded from.
    ///
    /// - Parameter source: a table, and what else follows FROM.
    init<Value: RowDecodable>(_ type: Value.Type, from source: String) {
        self.init("SELECT \(Value.Columns.selection) FROM \(source)")
    }
}
