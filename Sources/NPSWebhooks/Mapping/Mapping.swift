import Foundation
import NPSModel

/// What a source's payload means.
enum Mapping: Sendable {
    /// The payload is in our own names already: one response, or an array of them.
    case identity
    /// Each output is one response; no output = an event that says nothing.
    case jq(JQProgram)

    /// Responses in one delivery.
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
        case .jq(let program): try await Self.drafts(of: body, by: program)
        }
    }

    private static func drafts(in body: [UInt8]) throws(PayloadProblem) -> [ResponseDraft] {
        guard let json = try? JSONValue(parsing: body) else { throw .notJSON }
        guard case .array(let elements) = json else { return [ResponseDraft(json)] }
        guard elements.count <= itemLimit else { throw .tooManyItems }
        return elements.map { ResponseDraft($0) }
    }

    /// Parsed strictly beforehand, so that both ways agree on what JSON is: libjq 1.6 also takes `nan` and `+1`.
    private static func drafts(
        of body: [UInt8],
        by program: JQProgram
    ) async throws(PayloadProblem) -> [Result<ResponseDraft, InvalidResponse>] {
        guard (try? JSONValue(parsing: body)) != nil else { throw .notJSON }
        return try drafts(from: await program.run(body))
    }

    /// A program that fails is no fault of the sender's: the payload is kept like any other that can't become a
    /// response, and replayed when the mapping was mended.
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
        case .failure(.tooSlow):
            return [.failure(problem("takes too long on this payload: try it with nps-collector webhook map"))]
        }
    }

    private static func problem(_ message: String) -> InvalidResponse {
        InvalidResponse([FieldProblem(field: "mapping", message: message)])
    }
}
