import ArgumentParser
import NPSApp
import NPSModel
import NPSQueue

/// `queue list`: responses, in the order in which they were accepted.
struct QueueList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List responses, oldest first; delivered ones are receipts without the person's words."
    )

    @Option(help: "Only this state: pending, sending, delivered, parked or erased.")
    var state: ResponseState?

    @Flag(help: "Only parked ones, with the reason.")
    var parked = false

    @Flag(help: "Only erased ones of which Planhat never confirmed that its record is deleted.")
    var unconfirmed = false

    @OptionGroup var whose: PersonOption

    @Option(help: "How many, at most 1000.")
    var limit = 100

    @Option(help: "Only those after this sequence number, for the next page.")
    var after: Int64?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit must be a number from 1 to 1000.") }
        guard !parked || state == nil || state == .parked else {
            throw ValidationError("--parked is --state parked: give one of the two.")
        }
        guard !unconfirmed || (state == nil && !parked && whose.email == nil) else {
            throw ValidationError("--unconfirmed can't be narrowed down.")
        }
    }

    func run() async throws {
        if unconfirmed { return try await listUnconfirmed() }
        let wanted = parked ? .parked : state
        let person = try whose.address()
        let items = try await Administration.ask { client throws(AdminError) in
            try await client.responses(of: person, state: wanted, limit: limit, after: after)
        }
        if json { return try Output.json(items) }
        if items.isEmpty {
            return Output.text(Self.nothing(state: wanted, isOfOne: person != nil, isPage: after != nil))
        }
        var table = Table([
            Table.Column("#", .right), Table.Column("id"), Table.Column("state"), Table.Column("source"),
            Table.Column("tries", .right),
            Table.Column("accepted"), Table.Column("reason"),
        ])
        for item in items {
            table.add([
                "\(item.sequence)", item.id.rawValue, item.state.rawValue, item.source, "\(item.attempts)",
                Timestamp.format(item.acceptedAt), item.note,
            ])
        }
        Output.text(table.render(), terminator: "")
        if items.count == limit, let last = items.last { Output.text("More may follow: --after \(last.sequence)") }
        guard wanted == .parked else { return }
        Output.text("To send them again: nps-collector queue retry --all, or with their ids")
        let status = try await Administration.ask { client throws(AdminError) in try await client.status() }
        if let sentence = StatusText(status).parkedExpiry { Output.text(sentence) }
    }

    /// Why the table isn't printed.
    static func nothing(state: ResponseState?, isOfOne: Bool, isPage: Bool) -> String {
        if isPage { return "No more responses follow." }
        if isOfOne { return "There are no such responses of this person." }
        return state.map { "There are no \($0.rawValue) responses." } ?? "There are no responses yet."
    }

    private func listUnconfirmed() async throws {
        let tombstones = try await Administration.ask { client throws(AdminError) in
            try await client.unconfirmedErasures(after: after, limit: limit)
        }
        if json { return try Output.json(tombstones) }
        if tombstones.isEmpty {
            let nothing = "Nothing that was erased may still be at Planhat."
            return Output.text(after == nil ? nothing : "No more responses follow.")
        }
        var table = Table([
            Table.Column("#", .right), Table.Column("id"), Table.Column("at Planhat"), Table.Column("erased"),
            Table.Column("next"),
        ])
        for tombstone in tombstones {
            table.add([
                "\(tombstone.sequence)", tombstone.id.rawValue, tombstone.planhatId ?? "",
                Timestamp.format(tombstone.erasedAt), tombstone.next,
            ])
        }
        Output.text(table.render(), terminator: "")
        guard let last = tombstones.last else { return }
        if tombstones.count == limit { Output.text("More may follow: --after \(last.sequence)") }
        Output.text("To delete them at Planhat now: nps-collector queue erase --unconfirmed")
    }
}

extension UnconfirmedErasure {
    /// What becomes of it.
    fileprivate var next: String {
        if deletableFrom == nil { return "is being sent" }
        return isRemoteDeletionWanted ? "the collector deletes it there" : "stays there, as nobody asked to delete it"
    }
}

extension QueueItem {
    /// Why it isn't delivered; empty when there is nothing to say.
    fileprivate var note: String {
        if let heldUntil { return "held until \(Timestamp.format(heldUntil)): a mail scanner may have sent it" }
        return reason ?? ""
    }
}
