import ArgumentParser
import Foundation
import NPSApp
import NPSModel
import NPSQueue
import NPSServer

/// `queue export`: everything that the queue keeps, for a spreadsheet or a program.
struct QueueExport: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case jsonl
        case csv
    }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write responses as JSON Lines or CSV to standard output, with a progress bar on standard error.",
        discussion: "Delivered responses are receipts only: what the person wrote is kept until delivery."
    )

    @Option(help: "jsonl or csv.")
    var format = Format.jsonl

    @Option(help: "Only this state.")
    var state: ResponseState?

    @OptionGroup var whose: PersonOption

    /// A page may be shorter: it also ends after so many bytes.
    private static let page = 1_000
    private static let columns = [
        "sequence", "id", "state", "source", "email", "score", "comment", "answeredAt", "sentAt", "campaignId",
        "companyId", "custom", "attempts", "acceptedAt", "deliveredAt", "planhatId", "reason",
    ]

    func run() async throws {
        let person = try whose.address()
        let status = try await Administration.ask { client throws(AdminError) in try await client.status() }
        var progress = ProgressBar(
            title: "Exporting",
            total: state == nil && person == nil ? status.books.accepted : nil
        )
        if format == .csv { Output.text(Self.columns.joined(separator: ",")) }
        var last: Int64?
        while true {
            let after = last
            let items = try await Administration.ask { client throws(AdminError) in
                try await client.responses(of: person, state: state, limit: Self.page, after: after)
            }
            for item in items { try write(item) }
            progress.advance(by: items.count)
            guard let sequence = items.last?.sequence else { break }
            last = sequence
        }
        progress.finish()
    }

    private func write(_ item: QueueItem) throws {
        guard format == .csv else { return try Output.jsonLine(item) }
        let cells: [String?] = [
            "\(item.sequence)", item.id.rawValue, item.state.rawValue, item.source, item.email,
            item.score.map(String.init), item.comment, item.answeredAt.map(Timestamp.format),
            item.sentAt.map(Timestamp.format), item.campaignId, item.companyId, item.custom.map(Self.text),
            "\(item.attempts)", Timestamp.format(item.acceptedAt), item.deliveredAt.map(Timestamp.format),
            item.planhatId, item.reason,
        ]
        Output.text(cells.map { CSVCell.quoted($0 ?? "") }.joined(separator: ","))
    }

    static func text(_ custom: [String: JSONValue]) -> String {
        String(decoding: JSONValue.object(custom).canonical, as: UTF8.self)
    }
}
