import Crypto
package import Foundation
package import NPSModel

/// One address `/webhooks/NAME`: how its deliveries are verified, and what they mean.
package struct WebhookSource: Sendable {
    package let name: String
    /// For logs and metrics, which more people see than may send: a name that is all the protection there is isn't told.
    package let label: String
    let verifier: Verifier
    let mapping: Mapping
    let dates: DateForms
    let advice: String?
    let unsignedPing: JSONValue?
    let bodies: [PayloadKind]

    init(name: String, verifier: Verifier, mapping: Mapping, file: SourceFile) {
        self.name = name
        label = file.signature?.isNone == true ? "unsigned-" + Self.fingerprint(of: name) : name
        self.verifier = verifier
        self.mapping = mapping
        dates = DateForms(timeZone: file.timeZone)
        advice = file.advice
        unsignedPing = file.unsignedPing
        bodies = file.takenBodies
    }

    private static func fingerprint(of name: String) -> String {
        String(Hexadecimal.encode(SHA256.hash(data: Array(name.utf8))).prefix(8))
    }

    /// Over the raw bytes, in constant time, before anything is parsed.
    package func verify(_ delivery: WebhookDelivery) throws(SignatureRejection) -> VerifiedSignature {
        try verifier.verify(delivery)
    }

    /// Whether the operator lets this body pass without a signature, as a question that nothing follows from: some
    /// tools send one when the address is saved.
    package func isUnsignedPing(_ body: [UInt8]) -> Bool {
        guard let unsignedPing, body.count <= Self.pingLimit else { return false }
        return (try? JSONValue(parsing: body)) == unsignedPing
    }

    private static let pingLimit = 1_024

    /// Maps and checks a payload: one result for each response in it, in order; empty for an event that is none.
    ///
    /// A mapping that fails is one failure whose field is `mapping`; a body of another kind than the source takes, or
    /// one with too much in it, is one whose field is `body`. Where the source has advice, it is a failure's last
    /// problem, with the field `advice`.
    ///
    /// - Parameters:
    ///   - contentType: says whether the body is JSON or a form; nil for JSON.
    ///   - receivedAt: stands in for a missing `answeredAt`.
    package func map(
        _ body: [UInt8],
        contentType: String?,
        receivedAt: Date
    ) async throws(PayloadProblem) -> [Result<Submission, InvalidResponse>] {
        let drafts: [Result<ResponseDraft, InvalidResponse>]
        do throws(PayloadProblem) {
            drafts = try await mapping.drafts(of: json(of: body, contentType: contentType))
        } catch {
            guard let flaw = error.flaw else { throw error }
            return [.failure(InvalidResponse([FieldProblem(field: "body", message: flaw)]))]
        }
        return drafts.map { draft in
            draft.flatMap { draft in
                Result { () throws(InvalidResponse) in
                    try draft.check(source: name, receivedAt: receivedAt, dates: dates)
                }
            }
            .mapError(advised)
        }
    }

    private func json(of body: [UInt8], contentType: String?) throws(PayloadProblem) -> [UInt8] {
        guard let format = PayloadFormat(contentType: contentType), bodies.contains(format.kind) else {
            throw .unsupportedType(bodies)
        }
        return try format.json(of: body)
    }

    private func advised(_ invalid: InvalidResponse) -> InvalidResponse {
        guard let advice else { return invalid }
        return InvalidResponse(invalid.problems + [FieldProblem(field: "advice", message: advice)])
    }

    /// What the type of a captured body might be that nobody wrote down, for ``map(_:contentType:receivedAt:)``.
    package static func guessedContentType(of body: [UInt8]) -> String {
        switch PayloadFormat(guessing: body) {
        case .json: "application/json"
        case .urlEncoded: "application/x-www-form-urlencoded"
        case .multipart(let boundary): "multipart/form-data; boundary=\"\(boundary)\""
        }
    }

    /// What makes a delivery of this body authentic, with the first secret that can sign.
    ///
    /// - Parameters:
    ///   - id: the delivery's, where the scheme has one.
    ///   - url: as the receiver will know it, where the scheme signs it.
    package func sign(
        _ body: [UInt8],
        id: String,
        at date: Date,
        method: String = "POST",
        url: String = ""
    ) throws(WebhookError) -> SignedParts {
        guard let parts = verifier.sign(body, id: id, at: date, method: method, url: url) else {
            throw .cannotSign(name)
        }
        return parts
    }

    /// Why the mapping fails on this payload, in jq's own words, which may quote it: only for whoever owns the payload,
    /// never for a log or an answer. Nil when it doesn't fail.
    package func mappingFailure(_ body: [UInt8], contentType: String?) async -> String? {
        guard case .jq(let program) = mapping, let format = PayloadFormat(contentType: contentType),
            let json = try? format.json(of: body), case .failure(let failure) = await program.run(json)
        else { return nil }
        return failure.detail
    }
}
