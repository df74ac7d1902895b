/// How many items an operation changed.
package struct Changed: Codable, Sendable {
    package let count: Int

    package init(count: Int) {
        self.count = count
    }
}
