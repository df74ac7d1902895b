import NPSConsole
import NPSModel
import Synchronization

/// The erasures that pages asked for last, each under the ticket of its form: a form that is sent twice gets its one receipt
/// twice, since a second one would say that there was nothing to erase. In memory only, by a hash with a new salt at every
/// start, so that no address is kept.
final class ErasureTickets: Sendable {
    private static let capacity = 64

    private struct Begun {
        var tasks: [Int: Task<ErasureNote, any Error>] = [:]
        /// The keys in the order in which they came.
        var order: [Int] = []
    }

    private let begun = Mutex(Begun())

    /// - Parameter erase: goes on when nobody waits for it any more. After an error the next call begins anew.
    func note(
        for ticket: String,
        _ address: EmailAddress,
        isRemote: Bool,
        _ erase: @escaping @Sendable () async throws -> ErasureNote
    ) async throws -> ErasureNote {
        let key = [ticket, address.address, isRemote ? "remote" : ""].hashValue
        let task = begun.withLock { begun in
            if let task = begun.tasks[key] { return task }
            let task = Task { try await erase() }
            begun.tasks[key] = task
            begun.order.append(key)
            if begun.order.count > Self.capacity { begun.tasks[begun.order.removeFirst()] = nil }
            return task
        }
        do {
            return try await task.value
        } catch {
            begun.withLock { begun in
                begun.tasks[key] = nil
                begun.order.removeAll { $0 == key }
            }
            throw error
        }
    }
}
