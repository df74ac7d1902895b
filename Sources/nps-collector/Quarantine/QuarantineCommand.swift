import ArgumentParser
import NPSApp
import NPSQueue
import NPSServer

/// `quarantine`: authentic payloads that couldn't become responses.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Look at signed payloads that were no valid responses; try them again or discard them.",
        subcommands: [QuarantineList.self, QuarantineShow.self, QuarantineReplay.self, QuarantineDiscard.self]
    )
}

extension QuarantineID: ExpressibleByArgument {
    /// Reads the number that "quarantine list" prints.
    public init?(argument: String) {
        guard let number = Int64(argument) else { return nil }
        self.init(rawValue: number)
    }
}

/// Everything in quarantine, oldest first, a thousand ids at a time. Entries may leave meanwhile.
struct QuarantinePages {
    /// A page may be shorter: it also ends after so many bytes.
    private static let size = 1_000

    private var last: QuarantineID?

    /// How many payloads there are now.
    static func count() async throws -> Int {
        try await Administration.ask { client throws(AdminError) in try await client.status() }.books.quarantined
    }

    /// Nil after the last.
    mutating func next() async throws -> [QuarantineID]? {
        let after = last
        let page = try await Administration.ask { client throws(AdminError) in
            try await client.quarantine(limit: Self.size, after: after)
        }
        guard let end = page.last else { return nil }
        last = end.id
        return page.map(\.id)
    }
}
