import Foundation
import NPSModel

/// How a source's payload becomes drafts of responses.
enum Mapping: Sendable {
    /// The payload has the field names of `ResponseDraft` already: one draft, or an array of them.
    case identity
    /// Each output is one draft; no output = an event that is not a response.
    case jq(JQProgram)

    /// The most responses in one webhook delivery.
    static let itemLimit = 1_000

    /// `.` alone is the identity and needs no jq.
    init(_ program: String) throws(JQSyntaxError) {
        if program.trimmingCharacters(in: .whitespacesAndNewlines) == "." {
            self = .identity
        } else {
            self = .jq(try JQProgram(program))
        }
    }

    func drafts(of body: [UInt8]) async throws(PayloadProblem) -> [Result<ResponseDraft, InvalidResponse>] {
        switch self {
        case .identity: try Self.drafts(in: body).map(Result.success)
        case .jq(let program): try Self.drafts(from: await program.run(body))
        }
    }

    private static func drafts(in body: [UInt8]) throws(PayloadProblem) -> [ResponseDraft] {
        guard let json = try? JSONValue(parsing: body) else { throw .notJSON }
        guard case .array(let elements) = json else { return [ResponseDraft(json)] }
        guard elements.count <= itemLimit else { throw .tooManyItems }
        return elements.map { ResponseDraft($0) }
    }

    /// A program that fails is not the sender's fault: the payload goes to the quarantine like any other that can't become
    /// a response, and can be replayed when the mapping is fixed.
    private static func drafts(
        from result: Result<[JSONValue], JQFailure>
    ) throws(PayloadProblem) -> [Result<ResponseDraft, InvalidResponse>] {
        switch result {
        case .success(let outputs): return outputs.map { .success(ResponseDraft($0)) }
        case .failure(.notJSON): throw .notJSON
        case .failure(.busy): throw .busy
        case .failure(.tooManyOutputs): throw .tooManyItems
        case .failure(.stopped), .failure(.tooDeep):
            return [.failure(problem("fails on this payload: try it with nps-collector webhook map"))]
        case .failure(.tooLarge):
            return [.failure(problem("takes too much memory on this payload: try it with nps-collector webhook map"))]
        case .failure(.tooSlow):
            return [.failure(problem("takes too long on this payload: try it with nps-collector webhook map"))]
        }
    }

    private static func problem(_ message: String) -> InvalidResponse {
        InvalidResponse([FieldProblem(field: "mapping", message: message)])
    }
}
