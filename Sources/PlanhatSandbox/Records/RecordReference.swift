/// What stands in the path: a record's id, or its `sourceId` behind `srcid-`.
enum RecordReference: Sendable, Hashable {
    case id(String)
    case source(String)

    init(path: String) {
        let prefix = "srcid-"
        self = path.hasPrefix(prefix) ? .source(String(path.dropFirst(prefix.count))) : .id(path)
    }
}
