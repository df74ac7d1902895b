import NPSQueue

/// The way of a response as boxes with live numbers: what came in and what was delivered within a day, and what is there
/// now. The picture keeps its text's size and takes the width that there is: places are given in per cent.
struct WayPicture: Sendable {
    struct Box: Sendable {
        let x: String
        let y: Int
        let width: String
        /// The middle, where the text stands.
        let middle: String
        let number: String
        let label: String
        /// Whether somebody should look after it.
        let isCalling: Bool
        let numberLine: Int
        let labelLine: Int
    }

    struct Arrow: Sendable {
        let x: String
        let y: Int
        let sign: String
    }

    let boxes: [Box]
    let arrows: [Arrow]
    let height = 250
    /// The numbers in words.
    let summary: String

    init(_ books: QueueStatus, arrivals: Int?, deliveries: Int?, _ text: Sentences) {
        let isMirrored = text.isMirrored
        func box(_ count: Int?, _ name: String, row: Int, column: Int?, isCalling: Bool = false) -> Box {
            let start = column == 1 ? 53.0 : 1.0
            let width = column == nil ? 98.0 : 46.0
            let x = isMirrored ? 100 - start - width : start
            return Box(
                x: "\(Int(x))%",
                y: 2 + row * 92,
                width: "\(Int(width))%",
                middle: "\(Int(x + width / 2))%",
                number: count.map(text.number) ?? "–",
                label: text[name],
                isCalling: isCalling,
                numberLine: 28 + row * 92,
                labelLine: 50 + row * 92
            )
        }
        boxes = [
            box(arrivals, "wayIn", row: 0, column: 0),
            box(books.quarantined, "wayQuarantine", row: 0, column: 1, isCalling: books.quarantined > 0),
            box(books.pending + books.sending, "wayWaiting", row: 1, column: 0),
            box(books.parked, "wayParked", row: 1, column: 1, isCalling: books.parked > 0),
            box(deliveries, "wayOut", row: 2, column: nil),
        ]
        let side = isMirrored ? "←" : "→"
        let first = boxes[0].middle
        arrows = [
            Arrow(x: "50%", y: 38, sign: side), Arrow(x: "50%", y: 130, sign: side),
            Arrow(x: first, y: 84, sign: "↓"), Arrow(x: first, y: 176, sign: "↓"),
        ]
        summary = boxes.map { $0.label + ": " + $0.number }.joined(separator: "; ")
    }
}
