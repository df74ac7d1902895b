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

    /// Runs one conversation; what goes wrong ends the program with the fitting code.
    static func ask<Answer>(
        _ conversation: (PlanhatClient) async throws(PlanhatError) -> Answer
    ) async throws -> Answer {
        let settings = try await CommandLineSettings.load(requiring: [.planhatToken])
        var logger = Logger(label: "planhat")
        logger.logLevel = .critical
        let client: PlanhatClient
        do { client = try settings.makeClient(logger: logger) } catch { throw Stop(.configuration, error.description) }
        do {
            let answer = try await conversation(client)
            await client.shutdown()
            return answer
        } catch {
            await client.shutdown()
            throw stop(for: error)
        }
    }

    private static func stop(for error: any Error) -> Stop {
        guard let error = error as? PlanhatError else { return Stop(.failure, "\(error)") }
        return switch error.disposition {
        case .invalid: Stop(.usage, error.description)
        case .retry, .rateLimited, .ambiguous, .paused: Stop(.unreachable, error.description)
        case .rejected: Stop(.failure, error.description)
        }
    }
}
