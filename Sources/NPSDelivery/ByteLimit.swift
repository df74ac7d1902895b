/// How many bytes go into one request: fewer once Planhat found one too large, and more again after a while, since what
/// stood in between may have been mended.
package struct ByteLimit: Sendable, Hashable {
    /// A response and its custom properties fit in several times.
    private static let least = 1 << 16
    /// Large requests taken in a row before twice as much is tried: where it is too large again, it is one more request
    /// in so many.
    private static let patience = 50

    private let most: Int
    package private(set) var bytes: Int
    private var taken = 0

    package init(_ most: Int) {
        self.most = most
        bytes = most
    }

    /// - Parameter size: of the request that was too large.
    package mutating func refused(_ size: Int) {
        bytes = min(most, max(min(bytes, size) / 2, Self.least))
        taken = 0
    }

    /// A small one proves nothing.
    package mutating func accepted(_ size: Int) {
        guard bytes < most, size > bytes / 2 else { return }
        taken += 1
        guard taken >= Self.patience else { return }
        taken = 0
        bytes = min(most, bytes * 2)
    }
}
