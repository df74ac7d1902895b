import ArgumentParser
import NPSApp

/// `queue`: the running collector's responses, through its admin listener.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Look at the responses of the running collector, put parked ones back, erase a person's.",
        subcommands: [
            QueueStatusCommand.self, QueueList.self, QueueShow.self, QueueRetry.self, QueueExport.self,
            QueueVerify.self, QueueErase.self,
        ]
    )
}
