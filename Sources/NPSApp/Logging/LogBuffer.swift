/// Lines that wait to be written, bounded in bytes. What doesn't fit is dropped and counted: never an error while
/// something else can go in its place.
struct LogBuffer {
    /// Where a line ends in ``Lines/bytes``, and whether it is one of those that are dropped last.
    struct End: Equatable {
        let offset: Int
        let isError: Bool
    }

    /// Whole lines, each with its line break, one behind the other.
    struct Lines: Equatable {
        fileprivate(set) var bytes: [UInt8] = []
        fileprivate(set) var ends: [End] = []

        fileprivate mutating func append(_ line: some Collection<UInt8>, isError: Bool) {
            bytes.append(contentsOf: line)
            ends.append(End(offset: bytes.count, isError: isError))
        }
    }

    /// How many lines were dropped since it was last said.
    struct Dropped: Equatable, Sendable {
        var lines = 0
        /// How many of them were errors.
        var errors = 0

        mutating func add(_ ends: some Sequence<End>) {
            for end in ends {
                lines += 1
                if end.isError { errors += 1 }
            }
        }
    }

    private let capacity: Int
    private var lines = Lines()
    private(set) var dropped = Dropped()
    /// How many lines were ever dropped.
    private(set) var everDropped = Dropped()

    /// - Parameter capacity: in bytes. Lines that are no errors take three quarters of it at most.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Bytes that wait.
    var count: Int { lines.bytes.count }

    /// - Parameter line: with its line break.
    mutating func add(_ line: [UInt8], isError: Bool) {
        if isError, count + line.count > capacity { dropAllButErrors() }
        guard count + line.count <= (isError ? capacity : capacity / 4 * 3) else {
            return drop([End(offset: line.count, isError: isError)])
        }
        lines.append(line, isError: isError)
    }

    /// All lines in their order; nil when none waits.
    mutating func take() -> Lines? {
        guard !lines.ends.isEmpty else { return nil }
        defer { lines = Lines() }
        return lines
    }

    /// What was dropped, once.
    mutating func takeDropped() -> Dropped? {
        guard dropped != Dropped() else { return nil }
        defer { dropped = Dropped() }
        return dropped
    }

    /// Counts the lines of which not all is among the first `written` bytes.
    mutating func drop(_ lost: Lines, after written: Int) {
        drop(lost.ends.lazy.filter { $0.offset > written })
    }

    /// Takes back what couldn't be said.
    mutating func restore(_ more: Dropped) {
        dropped.lines += more.lines
        dropped.errors += more.errors
    }

    private mutating func dropAllButErrors() {
        var kept = Lines()
        var start = 0
        for end in lines.ends {
            if end.isError { kept.append(lines.bytes[start..<end.offset], isError: true) }
            start = end.offset
        }
        drop(lines.ends.lazy.filter { !$0.isError })
        lines = kept
    }

    private mutating func drop(_ ends: some Sequence<End>) {
        var more = Dropped()
        more.add(ends)
        restore(more)
        everDropped.lines += more.lines
        everDropped.errors += more.errors
    }
}
