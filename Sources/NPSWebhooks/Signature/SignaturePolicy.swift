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

    /// Whether a signature, or what is signed, is a field of a form.
    var readsForm: Bool { schemes.contains(where: \.readsForm) }

    /// Whether any scheme signs what is sent.
    var signsBody: Bool { schemes.contains { $0.kind != .token && $0.kind != .none } }

    var isNone: Bool { schemes.contains { $0.kind == .none } }
}
