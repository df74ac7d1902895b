import GRDB
import NPSModel

extension QueueTransaction {
    /// As it is stored; nil for an unknown id, for what isn't delivered, and where none is kept.
    func contentDigest(ofDelivered id: ResponseID) throws -> String? {
        try database.fetchValue(
            "SELECT content_digest FROM responses WHERE id = ? AND state = 'delivered'",
            [id.rawValue]
        )
    }

    /// Keys the digests of the next old rows. False when there are none left.
    mutating func keyOldDigests(by key: PersonKey, limit: Int) throws -> Bool {
        guard let progress = try database.fetchOne(KeyingProgress.self, from: "keying"), progress.done < progress.last
        else { return false }
        let rows = try database.fetchAll(
            StoredDigests.self,
            from: "responses WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?",
            [progress.done, progress.last, limit]
        )
        for row in rows {
            try execute(
                "UPDATE responses SET digest = ?, content_digest = ? WHERE sequence = ?",
                [key.keyed(row.digest), row.contentDigest.map(key.keyed), row.sequence]
            )
        }
        let isLast = rows.count < limit
        try execute("UPDATE keying SET done = ?", [isLast ? progress.last : rows.last?.sequence ?? progress.last])
        leavesDeletedContent = true
        return true
    }
}

/// Up to which row old digests are keyed, and which is the last that an earlier version wrote.
private struct KeyingProgress: RowDecodable {
    enum Columns: Int, ColumnList {
        case done, last

        static let selection = allCases.selection
    }

    let done: Int64
    let last: Int64

    init(_ row: RowValues<Columns>) throws {
        done = try row[.done]
        last = try row[.last]
    }
}

private struct StoredDigests: RowDecodable {
    enum Columns: Int, ColumnList {
        case sequence, digest, contentDigest

        static let selection = allCases.selection
    }

    let sequence: Int64
    let digest: String
    let contentDigest: String?

    init(_ row: RowValues<Columns>) throws {
        sequence = try row[.sequence]
        digest = try row[.digest]
        contentDigest = try row[.contentDigest]
    }
}
