/// What a queue holds beside responses and the quarantine.
struct MoveRest: Sendable {
    let books: Books
    let time: ConfirmedTime
    /// See ``MovableRows/undatedThrough()``.
    let undatedThrough: Int64
    let parkedRetention: ParkedRetention
    let tombstones: [PayloadTombstone]
    let labels: [String]
    /// Those about the whole queue; what holds of a collector, each finds again.
    let alerts: KeptAlerts
    let sources: [SourceRecord]
    let record: MoveRecord
}
