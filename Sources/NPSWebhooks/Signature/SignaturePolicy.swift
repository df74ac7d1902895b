/// The schemes of one source: usually a single one, several while a tool moves from one to another.
package struct SignaturePolicy: Sendable, Hashable {
    package enum Combination: Sendable, Hashable {
        /// One that holds is enough.
        case any
        case all
    }

    package var combination: Combination = .any
    /// Never empty.
    package var schemes: [SignatureScheme]

    var isNone: Bool { schemes.contains { $0.kind == .none } }
}
