import ArgumentParser
import Foundation
import NPSModel
import NPSWebhooks

/// `webhook map`
struct WebhookMap: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Show what a captured payload becomes, or which field is wrong; exits 1 when something is."
    )

    @Argument(help: "The source's name.")
    var name: String

    @Argument(help: "A file with the payload as it was received.")
    var file: String

    func run() async throws {
        let (source, _) = try await WebhookCommand.source(name)
        let body = try WebhookCommand.contents(of: file)
        let results: [Result<Submission, InvalidResponse>]
        do throws(PayloadProblem) {
            results = try await source.map(body, contentType: nil, receivedAt: Date())
        } catch {
            let reason = await source.mappingFailure(body).map { " jq says: \($0)" } ?? ""
            throw Stop(.failure, error.description + reason)
        }
        if results.isEmpty { print("ignored: the mapping has no output for this payload") }
        var isWrong = false
        for result in results {
            switch result {
            case .success(let submission):
                try Output.json(submission.response.json)
            case .failure(let invalid):
                isWrong = true
                FileHandle.standardError.write(Data((invalid.description + "\n").utf8))
            }
        }
        if isWrong { throw ExitCode(Stop.Code.failure.rawValue) }
    }
}
