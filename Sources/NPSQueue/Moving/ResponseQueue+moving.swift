import Foundation

extension ResponseQueue {
    /// The next responses in the order of acceptance; none at the end.
    func responses(
        after sequence: Int64,
        _ page: QueueMove.Page
    ) async throws(QueueError) -> [StoredResponse] {
        try await read { transaction in
            try transaction.rows.load(.all(after: sequence, limit: page.rows), byteLimit: page.bytes)
        }
    }

    /// Collectors may open it again. Throws `unmovable` when it doesn't have exactly this mark.
    func removeMark(_ mark: MoveMark) async throws(QueueError) {
        try await transact { transaction in
            try transaction.expect(mark)
            try transaction.rows.write(nil)
        }
    }

    /// - Parameter onRows: told how many more were read.
    func checksum(
        _ terms: MoveTerms,
        _ page: QueueMove.Page,
        onRows: (Int) -> Void
    ) async throws(QueueError) -> MoveChecksum {
        var sum = MoveChecksum()
        var last: Int64 = 0
        while case let rows = try await responses(after: last, page), let end = rows.last {
            for response in rows { sum.add(terms.moved(response)) }
            last = end.sequence
            onRows(rows.count)
        }
        last = 0
        while case let rows = try await bodies(after: last, page), let end = rows.last {
            for body in rows { sum.add(body) }
            last = end.id.rawValue
            onRows(rows.count)
        }
        return sum
    }

    func record() async throws(QueueError) -> MoveRecord {
        try await read { transaction in try MoveRecord(of: transaction.rows) }
    }

    private func bodies(after id: Int64, _ page: QueueMove.Page) async throws(QueueError) -> [QuarantinedBody] {
        try await read { transaction in
            try transaction.rows.bodies(after: id, limit: page.entries, byteLimit: page.bytes)
        }
    }
}

extension ResponseQueue.Configuration {
    /// As a move opens it: whatever its mark says, and without forwarding from it.
    var forMoving: ResponseQueue.Configuration {
        var configuration = self
        configuration.isMoving = true
        configuration.forwarding = .never
        if case .postgres(var address) = store {
            address.name = PostgresAddress.moverName
            configuration.store = .postgres(address)
        }
        return configuration
    }
}

extension ResponseQueue.Configuration.Store {
    /// What `queue.url` may be for it, without a password.
    var address: String {
        switch self {
        case .file(let path): "sqlite:" + URL(fileURLWithPath: path).standardizedFileURL.path
        case .postgres(let address): "\(address)"
        }
    }
}
