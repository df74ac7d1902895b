/// A table that forgets what was neither set nor asked for lately: the old values are dropped as a whole when the young ones
/// take their place.
struct RecentValues<Key: Hashable, Value> {
    private let capacity: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    /// - Parameter capacity: values in a generation, of which there are two.
    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// Nil for what was never set, or is forgotten.
    mutating func value(for key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old[key] else { return nil }
        set(value, for: key)
        return value
    }

    mutating func set(_ value: Value, for key: Key) {
        if young.count >= capacity, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = value
    }
}
