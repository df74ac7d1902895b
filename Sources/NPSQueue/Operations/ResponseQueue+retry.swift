import Foundation

extension ResponseQueue {
    /// Makes the parked responses pending whose reason contains the text, whatever its case. Gives how many there were.
    package func retry(reasonContaining text: String) async throws(QueueError) -> Int {
        try await retryParked { $0?.range(of: text, options: .caseInsensitive) != nil }
    }

    /// - Parameter isMeant: is asked with the reason that each is parked for.
    func retryParked(_ isMeant: @escaping @Sendable (String?) -> Bool) async throws(QueueError) -> Int {
        var count = 0
        var last: Int64 = 0
        while true {
            let after = last
            let part = try await transact { transaction in
                let parked = try transaction.responses(in: .parked, after: after, limit: Self.chunk)
                var count = 0
                for response in parked where isMeant(response.lifecycle.reason) {
                    count += try transaction.retry(response)
                }
                return (count: count, last: parked.last?.sequence)
            }
            count += part.count
            guard let next = part.last else { return count }
            last = next
        }
    }
}
