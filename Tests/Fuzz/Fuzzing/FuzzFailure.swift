/// A property that an input breaks.
package struct FuzzFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Throws a finding that says this unless the condition holds.
package func expect(_ condition: Bool, _ description: @autoclosure () -> String) throws(FuzzFailure) {
    guard condition else { throw FuzzFailure(description()) }
}
