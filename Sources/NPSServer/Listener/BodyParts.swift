import NIOCore

/// Joins the parts of a body that arrive in one read, and limits how many there are for their bytes: a chunk of one byte
/// costs as much work as one of a thousand.
struct BodyParts {
    /// Parts that any body may have.
    static let free = 4_096
    /// Each further one has to bring so many bytes on the average.
    static let bytesPerPart = 32

    private var joined: ByteBuffer?
    private var parts = 0
    private var bytes = 0

    /// For the next request.
    mutating func begin() {
        (joined, parts, bytes) = (nil, 0, 0)
    }

    /// - Returns: false when there are too many parts; then nothing is taken.
    mutating func add(_ part: ByteBuffer) -> Bool {
        guard discard(part) else { return false }
        if joined == nil { joined = part } else { joined?.writeImmutableBuffer(part) }
        return true
    }

    /// Only counts the part.
    ///
    /// - Returns: false when there are too many.
    mutating func discard(_ part: ByteBuffer) -> Bool {
        parts += 1
        bytes += part.readableBytes
        return parts <= Self.free + bytes / Self.bytesPerPart
    }

    /// What came since the last time, as one; nil for nothing.
    mutating func take() -> ByteBuffer? {
        defer { joined = nil }
        return joined
    }
}
