/// A table that forgets what was set least recently: the old values are dropped as a whole when the young ones take their
/// place, so that no call costs more than another.
struct Generations<Value> {
    private let capacity: Int
    private var young: [Int: Value] = [:]
    private var old: [Int: Value] = [:]

    /// - Parameter capacity: values in a generation, of which there are two.
    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// Nil for what was never set, or is forgotten.
    subscript(key: Int) -> Value? { young[key] ?? old[key] }

    /// Whether the young become old when this value is set, as they are as many as they may be.
    func isFull(for key: Int) -> Bool { young.count >= capacity && young[key] == nil }

    mutating func set(_ value: Value, for key: Int) {
        if isFull(for: key) { turn() }
        young[key] = value
    }

    /// - Parameter keepsYoung: false to forget everything.
    mutating func turn(keepsYoung: Bool = true) {
        old = keepsYoung ? young : [:]
        young = [:]
    }
}
