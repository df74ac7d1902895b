import Foundation
import NPSModel

/// What a source's payload means.
enum Mapping: Sendable {
    /// The payload is in our own names already.
    case identity
    case jq(JQProgram)

    static let itemLimit = 1_000

    /// One draft a response; none = an event that says nothing.
    func drafts(of body: [UInt8]) async throws(PayloadProblem) -> [ResponseDraft] {
        switch self {
        case .identity: try Self.drafts(inPayload: body)
        case .jq(let program): try await Self.drafts(of: body, by: program)
        }
    }

    private static func drafts(inPayload body: [UInt8]) throws(PayloadProblem) -> [ResponseDraft] {
        guard let json = try? JSONValue(parsing: body) else { throw .notJSON }
        guard case .array(let elements) = json else { return [ResponseDraft(json)] }
        guard elements.count <= itemLimit else { throw .tooManyItems }
        return elements.map { ResponseDraft($0) }
    }

    private static func drafts(of body: [UInt8], by program: JQProgram) async throws(PayloadProblem) -> [ResponseDraft]
    {
        guard (try? JSONValue(parsing: body)) != nil else { throw .notJSON }
        guard case .success(let outputs) = await program.run(body, limit: itemLimit) else { throw .mappingFailed }
        guard outputs.count <= itemLimit else { throw .tooManyItems }
        return outputs.map { ResponseDraft((try? JSONValue(parsing: $0)) ?? .null) }
    }
}
