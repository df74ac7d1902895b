import Foundation
import GRDB
import NPSModel
import Synchronization
import Testing

@testable import NPSQueue

@Suite("Query plans on SQLite")
struct QueryPlanTests {
    @Test("nothing that runs all day reads a whole table or sorts one")
    func plans() async throws {
        try await Workshop.run { workshop in
            try await workshop.withQueue { queue in
                let statements = Mutex<Set<String>>([])
                try await queue.transact { transaction in
                    transaction.database.trace { event in
                        if case .statement(let statement) = event { statements.withLock { _ = $0.insert(statement.sql) } }
                    }
                }
            }
        }
    }
}
