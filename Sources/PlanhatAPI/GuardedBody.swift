import NIOCore
import NIOPosix
import Synchronization

/// Leave to send one request, which may end at any time.
package struct SendPermit: Sendable {
    /// Asked in the last moment, on the thread that writes to the connection.
    let mayBegin: @Sendable () -> Bool
    /// Called after what was allowed has been handed to the kernel, or at once if it can't be.
    let didBegin: @Sendable () -> Void

    package init(mayBegin: @escaping @Sendable () -> Bool, didBegin: @escaping @Sendable () -> Void) {
        self.mayBegin = mayBegin
        self.didBegin = didBegin
    }
}

/// A request's body that has no bytes any more when it isn't to be sent.
///
/// AsyncHTTPClient asks a collection for its bytes when the head of the request has been written, on the event loop, and
/// writes them before it does anything else. When there are fewer than the head said, it closes the connection, and the API
/// never has a whole request. A check before the request is begun would be worth little: it may wait for its connection for
/// as long as that takes.
final class GuardedBody: Collection, Sendable {
    /// In bytes. The kernel takes so much at once, by `PlanhatClient.sendBuffer`: what waited in this process could go after
    /// the permit's end.
    static let limit = 160 << 10

    private let bytes: [UInt8]
    private let permit: SendPermit
    private let heldBack = Atomic(false)

    /// - Throws: ``PlanhatError/rejected(status:_:)`` with 413 for more than ``limit``.
    init(_ bytes: [UInt8], _ permit: SendPermit) throws(PlanhatError) {
        guard bytes.count <= Self.limit else {
            throw .rejected(status: 413, "it is larger than can be sent where several collectors share the queue")
        }
        self.bytes = bytes
        self.permit = permit
    }

    /// Whether the bytes were asked for and not given.
    var wasHeldBack: Bool { heldBack.load(ordering: .acquiring) }

    var startIndex: Int { bytes.startIndex }
    var endIndex: Int { bytes.endIndex }
    var count: Int { bytes.count }

    func index(after index: Int) -> Int { index + 1 }

    subscript(index: Int) -> UInt8 { bytes[index] }

    func withContiguousStorageIfAvailable<Value>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Value
    ) rethrows -> Value? {
        guard permit.mayBegin() else {
            heldBack.store(true, ordering: .releasing)
            return try body(UnsafeBufferPointer(start: nil, count: 0))
        }
        if let loop = MultiThreadedEventLoopGroup.currentEventLoop {
            // After the write, which is under way on this thread.
            loop.execute { [permit] in permit.didBegin() }
        } else {
            permit.didBegin()
        }
        return try bytes.withUnsafeBufferPointer(body)
    }
}
