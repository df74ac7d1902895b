import CPostgres

/// PostgreSQL's own client library.
enum Libpq {
    /// As Debian and most others call it.
    private static let file = "libpq.so.5"

    /// Loaded when it is first asked for: a collector that keeps its queue in a file never does so. Whoever has these can
    /// call every one of them.
    static let functions = Result { () throws(QueueError) in try load(file) }

    /// - Throws: `missingLibrary`, also for a file that lacks one of the functions.
    static func load(_ file: String) throws(QueueError) -> LibpqFunctions {
        let table = UnsafeMutablePointer<LibpqFunctions>.allocate(capacity: 1)
        defer { table.deallocate() }
        guard libpq_load(file, table) else {
            throw .missingLibrary(dlerror().map { String(cString: $0) } ?? file)
        }
        return table.pointee
    }
}
