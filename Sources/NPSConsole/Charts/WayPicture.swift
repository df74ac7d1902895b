import NPSQueue

/// The way of a response as boxes with live numbers: what came in and what was delivered within a day, and what is there
/// now. The boxes are text, which flows and grows as text does; only the arrows between them are drawn.
struct WayPicture: Sendable {
    struct Box: Sendable {
        let number: String
        let label: String
        /// Whether somebody should look after it.
        let isCalling: Bool
    }

    /// A box on the way, and the one beside it.
    struct Step: Sendable {
        let main: Box
        let side: Box
    }

    let steps: [Step]
    let end: Box

    /// - Parameter day: what came and went within the last 24 hours; nil when the queue can't say.
    init(_ books: QueueStatus, _ day: [TrafficChart.Span]?, _ text: Sentences) {
        func box(_ count: Int?, _ label: String, isCalling: Bool = false) -> Box {
            Box(number: count.map(text.number) ?? "–", label: label, isCalling: isCalling)
        }
        let arrivals = day.map { $0.reduce(0) { $0 + $1.arrivals } }
        let deliveries = day.map { $0.reduce(0) { $0 + $1.deliveries } }
        steps = [
            Step(
                main: box(arrivals, text["wayIn"]),
                side: box(books.quarantined, text["wayQuarantine"], isCalling: books.quarantined > 0)
            ),
            Step(
                main: box(books.pending + books.sending, text["wayWaiting"]),
                side: box(books.parked, text["wayParked"], isCalling: books.parked > 0)
            ),
        ]
        end = box(deliveries, text["wayOut"])
    }
}
