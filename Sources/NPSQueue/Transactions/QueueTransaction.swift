import GRDB
import NPSModel

/// One transaction as a job sees it: the rows, the books, and what is to be done after the commit.
///
/// All SQL of the queue's operations is in its extensions; the types above it know none, so that a second engine can
/// offer the same methods on its own tables.
struct QueueTransaction {
    /// How many attempts the history of a response keeps.
    static let historyLength = 20

    let database: Database
    /// The same time for everything in the transaction.
    let now: Milliseconds
    /// At first what the last transaction left; what this one makes of it replaces that when it is committed.
    var state: CommittedState
    /// Set when something can be claimed at once after this.
    var leavesDue = false
    /// See ``Intake/readdressed``.
    var readdressed: [String] = []
    /// Set when content was deleted or replaced: the log still holds it.
    var leavesDeletedContent = false

    init(database: Database, now: Milliseconds, state: CommittedState) {
        self.database = database
        self.now = now
        self.state = state
    }

    /// Runs a statement that stays prepared.
    func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// Called once, before the commit, when the books have changed.
    func writeBooks() throws {
        try execute(Books.Columns.update, StatementArguments(state.books.values))
    }

    /// Called once, before the commit, when the confirmed time has changed.
    func writeTime() throws {
        try execute(ConfirmedTime.Columns.update, StatementArguments(state.time.values))
    }

    /// From when the age of a row counts that is written now: a clock that is behind must not make it old.
    var ageStart: Milliseconds { max(now, state.time.confirmed ?? now) }

    /// Writes something harmless, to find out whether writes become durable.
    func probe() throws {
        try execute("UPDATE books SET probed_at = ?", [now])
    }
}
