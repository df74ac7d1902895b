import ArgumentParser
import Logging
import NPSApp
import PlanhatAPI

/// `planhat`: the six operations of the API.
struct PlanhatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "planhat",
        abstract: "Talk to the Planhat API (or the sandbox) that planhat.url names.",
        subcommands: [
            PlanhatCreate.self, PlanhatGet.self, PlanhatList.self, PlanhatUpdate.self, PlanhatDelete.self,
            PlanhatUpsert.self,
        ]
    )

    /// Runs `conversation` with a client; an error ends the program with the exit status that fits it.
    static func ask<Answer>(
        _ conversation: (PlanhatClient) async throws(PlanhatError) -> Answer
    ) async throws -> Answer {
        let client = try await makeClient()
        do throws(PlanhatError) {
            let answer = try await conversation(client)
            await client.shutdown()
            return answer
        } catch {
            await client.shutdown()
            throw Stop(error)
        }
    }

    /// A client for the settings in force; the caller shuts it down.
    static func makeClient() async throws -> PlanhatClient {
        let settings = try await CommandLineSettings.load(requiring: [.planhatToken])
        var logger = Logger(label: "planhat")
        logger.logLevel = .critical
        do {
            return try settings.makeClient(logger: logger)
        } catch {
            throw Stop(.configuration, error.description)
        }
    }
}

extension RecordID: ExpressibleByArgument {
    /// Reads Planhat's id, or `srcid-` and a sourceId.
    public init?(argument: String) {
        do throws(PlanhatError) {
            self = try RecordID(reading: argument)
        } catch {
            return nil
        }
    }
}
