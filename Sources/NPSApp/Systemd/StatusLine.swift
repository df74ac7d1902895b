import NPSQueue
import NPSServer

/// The collector in one line, for `systemctl status`: whether it accepts, what waits, and how delivery is.
struct StatusLine: Sendable {
    /// Why no response is accepted; nil when they are.
    var problem: String?
    /// Nil while the queue can't say.
    var books: QueueStatus?
    let delivery: DeliveryReport

    var text: String {
        let acceptance = problem.map { "No response is accepted: \($0)" }
        return ([acceptance ?? "Accepting responses."] + [counts, delivery.sentence].compactMap { $0 })
            .joined(separator: " ")
    }

    private var counts: String? {
        guard let books else { return nil }
        let waiting = books.pending + books.sending
        var parts = [waiting == 0 ? "nothing waits" : waiting == 1 ? "1 waits" : "\(waiting) wait"]
        if books.parked > 0 { parts.append("\(books.parked) parked") }
        if books.quarantined > 0 { parts.append("\(books.quarantined) in quarantine") }
        let line = parts.joined(separator: ", ")
        return line.prefix(1).uppercased() + line.dropFirst() + "."
    }
}
