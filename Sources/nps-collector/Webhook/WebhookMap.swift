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

    @OptionGroup var sent: PayloadOptions

    func run() async throws {
        let source = try await WebhookCommand.trial(sent.name)
        let (body, type) = try sent.payload()
        let results: [Result<Submission, InvalidResponse>]
        do throws(PayloadProblem) {
            results = try await source.map(body, contentType: type, receivedAt: Date())
        } catch {
            throw Stop(.failure, await explained(error.description, source, body, type))
        }
        if results.isEmpty { Output.text("ignored: the mapping has no output for this payload") }
        var problems: [String] = []
        for (index, result) in results.enumerated() {
            let place = results.count > 1 ? "[\(index)]." : ""
            switch result {
            case .success(let submission):
                try Output.json(submission.response.json)
                for note in submission.response.notes { Output.note("Note: \(place)\(note).\n") }
            case .failure(let invalid): problems.append(Self.placed(invalid, at: place).description)
            }
        }
        guard problems.isEmpty else {
            throw Stop(.failure, await explained(problems.joined(separator: "\n"), source, body, type))
        }
    }

    /// The fields named as `quarantine list` does it: in a batch, with the place of their item.
    static func placed(_ invalid: InvalidResponse, at place: String) -> InvalidResponse {
        InvalidResponse(invalid.problems.map { FieldProblem(field: place + $0.field, message: $0.message) })
    }

    /// Adds jq's own message, which may quote the payload: it is the operator's own file, and shown to nobody else.
    private func explained(
        _ problem: String,
        _ source: WebhookSource,
        _ body: [UInt8],
        _ type: String
    ) async -> String {
        guard let reason = await source.mappingFailure(body, contentType: type) else { return problem }
        return problem + "\njq: " + reason
    }
}
