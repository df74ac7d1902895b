import NPSModel

/// What `DELETE /nps/{_id}` answers.
package struct Deletion: Sendable, Equatable, Codable {
    /// 0 when there was no such record; nil when the answer, though a success, doesn't say.
    package let deletedCount: Int?

    package init(deletedCount: Int?) {
        self.deletedCount = deletedCount
    }

    init(_ json: JSONValue?) {
        deletedCount = (json?["deletedCount"] ?? json?["n"]).flatMap(\.count)
    }
}
