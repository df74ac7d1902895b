package import Foundation

/// Who forwards, and who else is there, where several collectors share the queue. Times are those of the database's server.
package struct Leadership: Sendable, Hashable {
    /// One of the collectors, as it said of itself within the last day.
    package struct Collector: Sendable, Hashable, Codable {
        /// `queue.name`
        package let name: String
        package let version: String
        package let startedAt: Date
        /// It says so every five seconds while it runs and reaches the database.
        package let seenAt: Date
    }

    /// Nil while nobody does.
    package var name: String?
    /// Nil also where an earlier version began to forward.
    package var since: Date?
    /// By their names.
    package var collectors: [Collector]

    package init(name: String?, since: Date?, collectors: [Collector]) {
        self.name = name
        self.since = since
        self.collectors = collectors
    }
}
