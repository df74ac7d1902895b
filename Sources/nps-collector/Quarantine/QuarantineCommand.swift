import ArgumentParser
import NPSQueue

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
