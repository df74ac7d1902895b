import ArgumentParser
import Foundation
import NPSApp
import NPSModel
import NPSQueue

/// `queue show`: one response with the history of its attempts.
struct QueueShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one response and what was tried."
    )

    @Argument(help: "The response's id: nps1- and 32 hex digits.")
    var id: ResponseID

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let item = try await Administration.ask { client throws(AdminError) in try await client.response(id) }
        if json { return try Output.json(item) }
        var table = Table(["field", "value"])
        table.add(["id", item.id.rawValue])
        table.add(["state", item.state.rawValue])
        table.add(["source", item.source])
        if let email = item.email { table.add(["email", email]) }
        if let score = item.score { table.add(["score", "\(score)"]) }
        if let comment = item.comment { table.add(["comment", comment]) }
        if let answered = item.answeredAt { table.add(["answered", Timestamp.format(answered)]) }
        if let sent = item.sentAt { table.add(["sent", Timestamp.format(sent)]) }
        if let campaign = item.campaignId { table.add(["campaign", campaign]) }
        if let company = item.companyId { table.add(["company", company]) }
        if let custom = item.custom { table.add(["custom", QueueExport.text(custom)]) }
        table.add(["accepted", Timestamp.format(item.acceptedAt)])
        if let held = item.heldUntil {
            table.add(["held until", Timestamp.format(held) + ", as a mail scanner may have sent it"])
        } else if let next = item.nextAttemptAt {
            table.add(["next attempt", Timestamp.format(next)])
        }
        if let parked = item.parkedAt { table.add(["parked", Timestamp.format(parked)]) }
        if let delivered = item.deliveredAt { table.add(["delivered", Timestamp.format(delivered)]) }
        if let planhatId = item.planhatId { table.add(["Planhat id", planhatId]) }
        if let reason = item.reason { table.add(["reason", reason]) }
        for note in item.notes ?? [] { table.add(["note", note.description]) }
        Output.text(table.render(), terminator: "")
        if item.state == .parked { Output.text("To send it again: nps-collector queue retry \(item.id.rawValue)") }
        guard let history = item.history, !history.isEmpty else { return }
        var attempts = Table(["at", "outcome", "reason"])
        for attempt in history {
            attempts.add([Timestamp.format(attempt.at), "\(attempt.outcome)", attempt.reason ?? ""])
        }
        Output.text("\n" + attempts.render(), terminator: "")
    }
}

extension QueueItem {
    /// When it was parked, if it is and the attempt that ended so is known.
    var parkedAt: Date? {
        guard state == .parked else { return nil }
        return history?.last { $0.outcome == .parked }?.at
    }
}
