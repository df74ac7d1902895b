package import Foundation

/// That a queue's file was put back from a backup, or copied here.
package struct Restoration: Sendable, Hashable, CustomStringConvertible {
    /// When that was found out.
    package let foundAt: Date

    package init(foundAt: Date) {
        self.foundAt = foundAt
    }

    package var description: String {
        """
        The queue's file isn't the one that was in use here last, but was put back or copied (found on \
        \(foundAt.formatted(.iso8601))). Planhat may have what this file doesn't know of, so everything is sent by upsert, \
        which doubles nothing: see Operations, Backup.
        """
    }

    /// What is known of a file without opening it, which a collector may be using; nil for nothing.
    ///
    /// - Parameter path: of a database file.
    package static func known(ofFile path: String) -> Restoration? {
        EpochFile.restoredAt(besideDatabase: path).map { Restoration(foundAt: $0.date) }
    }
}

extension EpochComparison.Difference {
    /// A whole sentence for the log.
    ///
    /// - Parameter path: of the database file.
    func sentence(_ path: String) -> String {
        let file = EpochFile.path(besideDatabase: path)
        let what =
            switch self {
            case .earlier: "\(path) is an earlier state of the queue than the one that was in use here last."
            case .foreign: "\(path) isn't the file that was in use here last: \(file) is about another one."
            case .missingFile: "\(file) is missing or can't be read, so nobody knows whether \(path) was put back."
            case .copiedFile: "\(path) and \(file) were copied here from somewhere else."
            }
        return what + """
             Planhat may have what this file doesn't know of, so everything is sent by upsert from now on, which doubles \
            nothing: see Operations, Backup.
            """
    }
}
