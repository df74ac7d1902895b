import NPSModel

/// The two tables that hold responses, with the same columns but for those that have no value in one of them.
enum ResponseTable: String {
    /// What is open. It stays small, and is written with each response that comes in.
    case queue
    /// Receipts of what was delivered and tombstones of what was erased, clustered by the id: a response that comes in
    /// only reads one of its pages.
    case receipts

    init(of state: ResponseState) {
        switch state {
        case .pending, .sending, .parked: self = .queue
        case .delivered, .erased: self = .receipts
        }
    }

    private func has(_ column: StoredResponse.Columns) -> Bool {
        switch column {
        case .nextAttemptAt, .heldUntil, .waitingFrom, .payload: self == .queue
        case .deliveredAt, .contentDigest, .remote, .remoteFrom, .remoteWanted: self == .receipts
        default: true
        }
    }

    // Stored, because they are needed with each row that is written.
    private static let queueColumns = StoredResponse.Columns.allCases.filter(Self.queue.has)
    private static let receiptColumns = StoredResponse.Columns.allCases.filter(Self.receipts.has)
    private static let changeableInQueue = queueColumns.filter(isChangeable)
    private static let changeableInReceipts = receiptColumns.filter(isChangeable)

    private static func isChangeable(_ column: StoredResponse.Columns) -> Bool {
        switch column {
        case .sequence, .id, .source, .acceptedAt: false
        default: true
        }
    }

    private var columns: [StoredResponse.Columns] { self == .queue ? Self.queueColumns : Self.receiptColumns }

    private var changeable: [StoredResponse.Columns] {
        self == .queue ? Self.changeableInQueue : Self.changeableInReceipts
    }

    /// All columns in the order in which a ``StoredResponse`` is read.
    var selection: String {
        StoredResponse.Columns.allCases.map { has($0) ? $0.name : "NULL" }.joined(separator: ", ")
    }

    /// `INSERT INTO … VALUES …`
    var insertion: String {
        "INSERT INTO \(rawValue) (\(columns.map(\.name).joined(separator: ", "))) VALUES (\(columns.placeholders))"
    }

    /// By which its rows are ordered, and found without an index.
    private var key: StoredResponse.Columns { self == .queue ? .sequence : .id }

    /// `UPDATE …` of all columns that can change, by a row's key.
    var update: String { "UPDATE \(rawValue) SET \(changeable.assignments) WHERE \(key.name) = ?" }

    /// `DELETE …` by a row's key.
    var deletion: String { "DELETE FROM \(rawValue) WHERE \(key.name) = ?" }

    func key(of response: StoredResponse) -> SQLiteValue { response.value(of: key) }

    func insertedValues(of response: StoredResponse) -> [SQLiteValue] { columns.map(response.value) }

    func updatedValues(of response: StoredResponse) -> [SQLiteValue] {
        changeable.map(response.value) + [key(of: response)]
    }
}
