import ArgumentParser
import NPSApp

/// `queue`: the running collector's responses, through its admin listener.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Look at the responses of the running collector, and put parked ones back.",
        subcommands: [
            QueueStatusCommand.self, QueueList.self, QueueShow.self, QueueRetry.self, QueueExport.self,
            QueueVerify.self,
        ]
    )
}
