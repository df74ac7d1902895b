/// Asks the collector to leave half of its requests to Planhat to somebody else.
package struct ShareRequest: Codable, Sendable, Hashable {
    /// From now on; 0 takes them back.
    package let seconds: Double

    package init(seconds: Double) {
        self.seconds = seconds
    }
}
