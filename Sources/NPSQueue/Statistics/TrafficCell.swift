/// What came and went within an hour: a row of the table `traffic`.
struct TrafficCell: Sendable, Hashable {
    /// Since 1970.
    let hour: Int64
    let arrivals: Int
    let deliveries: Int

    static func hour(of time: Milliseconds) -> Int64 {
        let (hour, rest) = time.rawValue.quotientAndRemainder(dividingBy: 3_600_000)
        return rest < 0 ? hour - 1 : hour
    }
}
