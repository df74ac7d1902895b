/// The number of a quarantined delivery; never used twice.
package struct QuarantineID: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package var description: String { String(rawValue) }
}
