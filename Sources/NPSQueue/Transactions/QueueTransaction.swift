import GRDB
import NPSModel

/// One transaction as a job sees it: the rows, the books, and what to do after the commit.
///
/// The second engine will have the same methods on its own tables; nothing above this type knows SQL.
struct QueueTransaction {
    /// How many attempts a response's history keeps.
    static let historyLength = 20

    let database: Database
    /// One time for the whole transaction.
    let now: Milliseconds
    var state: CommittedState
    /// Set by what makes something claimable at once.
    var leavesDue = false
    /// See ``Intake/readdressed``.
    var readdressed: [String] = []
    /// Set by what removes somebody's words: they are still in the log.
    var leavesDeletedContent = false

    init(database: Database, now: Milliseconds, state: CommittedState) {
        self.database = database
        self.now = now
        self.state = state
    }

    func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    func writeBooks() throws {
        try execute(Books.Columns.update, StatementArguments(state.books.values))
    }

    /// A write that changes nothing else: what readiness needs to know is whether it becomes durable.
    func probe() throws {
        try execute("UPDATE books SET probed_at = ?", [now])
    }
}
