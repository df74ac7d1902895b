/// Lines that wait to be written, bounded in bytes. What doesn't fit is dropped and counted: never an error while
/// something else can go in its place.
struct LogBuffer {
    struct Line: Equatable {
        /// With its line break.
        let bytes: [UInt8]
        let isError: Bool
    }

    /// How many lines were dropped since it was last said.
    struct Dropped: Equatable, Sendable {
        var lines = 0
        /// How many of them were errors.
        var errors = 0
    }

    private let capacity: Int
    private var lines: [Line] = []
    private var bytes = 0
    private(set) var dropped = Dropped()

    /// - Parameter capacity: in bytes. Lines that are no errors take three quarters of it at most.
    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func add(_ line: Line) {
        if line.isError, bytes + line.bytes.count > capacity { dropAllButErrors() }
        guard bytes + line.bytes.count <= (line.isError ? capacity : capacity / 4 * 3) else { return drop(line) }
        lines.append(line)
        bytes += line.bytes.count
    }

    /// The next lines in their order, some 64 KB at once; empty when none waits.
    mutating func take() -> [Line] {
        var size = 0
        let count = lines.prefix { line in
            defer { size += line.bytes.count }
            return size < 65_536
        }.count
        let taken = Array(lines.prefix(count))
        lines.removeFirst(count)
        bytes -= taken.reduce(0) { $0 + $1.bytes.count }
        return taken
    }

    /// What was dropped, once.
    mutating func takeDropped() -> Dropped? {
        guard dropped != Dropped() else { return nil }
        defer { dropped = Dropped() }
        return dropped
    }

    /// Counts a line that couldn't be written.
    mutating func drop(_ line: Line) {
        dropped.lines += 1
        if line.isError { dropped.errors += 1 }
    }

    /// Takes back what couldn't be said.
    mutating func restore(_ more: Dropped) {
        dropped.lines += more.lines
        dropped.errors += more.errors
    }

    private mutating func dropAllButErrors() {
        for line in lines where !line.isError { drop(line) }
        lines.removeAll { !$0.isError }
        bytes = lines.reduce(0) { $0 + $1.bytes.count }
    }
}
