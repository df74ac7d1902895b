import ArgumentParser

/// The verb `links`: personal links for a list of contacts, and the e-mail block that carries them.
struct LinksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "links",
        abstract: "Make a personal survey link for every contact, and the e-mail block with the eleven scores.",
        subcommands: [LinksMake.self, LinksEmail.self],
        defaultSubcommand: LinksMake.self
    )
}
