import NPSModel

/// What `DELETE /nps/{_id}` answers.
package struct Deletion: Sendable, Equatable, Codable {
    /// 0 when there was no such record.
    package let deletedCount: Int

    init(_ json: JSONValue?) {
        guard case .integer(let count)? = json?["deletedCount"] else {
            deletedCount = 1
            return
        }
        deletedCount = Int(clamping: count)
    }
}
