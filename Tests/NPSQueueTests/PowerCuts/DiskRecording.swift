import Synchronization

/// All that SQLite does to the files of one directory, in order.
final class DiskRecording: Sendable {
    /// Files have numbers, because a name may be given to another file later.
    enum Operation: Sendable {
        case create(file: Int, name: String)
        case write(file: Int, offset: Int, bytes: [UInt8])
        case truncate(file: Int, size: Int)
        case sync(file: Int)
        case delete(name: String)
        case syncDirectory
    }

    private struct State {
        var operations: [Operation] = []
        var numbers: [String: Int] = [:]
        /// Of files that were there or created so far.
        var count = 0
    }

    /// The files as they were in the beginning. They have the first numbers, in the order of their names.
    let initial: [String: [UInt8]]
    private let state: Mutex<State>

    init(initial: [String: [UInt8]]) {
        self.initial = initial
        var start = State()
        for name in initial.keys.sorted() {
            start.numbers[name] = start.count
            start.count += 1
        }
        state = Mutex(start)
    }

    /// How many operations there were so far.
    var position: Int { state.withLock { $0.operations.count } }

    var operations: [Operation] { state.withLock { $0.operations } }

    /// The number of the file of this name. One that is unknown was created just now.
    func open(_ name: String) -> Int {
        state.withLock { state in
            if let number = state.numbers[name] { return number }
            let number = state.count
            state.numbers[name] = number
            state.count += 1
            state.operations.append(.create(file: number, name: name))
            return number
        }
    }

    func append(_ operation: Operation) {
        state.withLock { state in
            if case .delete(let name) = operation { state.numbers[name] = nil }
            state.operations.append(operation)
        }
    }
}
