import Crypto
package import Foundation
package import NPSModel

/// The webhooks of one tool at `/webhooks/NAME`: how deliveries are verified, and how they become responses.
package struct WebhookSource: Sendable {
    package let name: String
    /// The source's name wherever more people see it than may send: in logs, metrics, the queue and at Planhat. For a source
    /// whose name is its only protection it is a fingerprint.
    package let label: String
    let verifier: Verifier
    /// What its schemes of the kind `client_certificate` ask for.
    let certificateRules: [ClientCertificateRule]
    let mapping: Mapping
    let dates: DateFormats
    let advice: String?
    let unsignedPing: JSONValue?
    let bodies: [PayloadKind]
    /// Whether the name is all that protects the source, so that nothing tells what is authentic.
    let isUnsigned: Bool

    init(name: String, verifier: Verifier, mapping: Mapping, file: SourceFile) {
        self.name = name
        isUnsigned = file.signature?.isNone == true
        label = isUnsigned ? "unsigned-" + Self.fingerprint(of: name) : name
        self.verifier = verifier
        certificateRules = verifier.schemes.map(\.scheme).filter { $0.kind == .clientCertificate }.map(\.certificates)
        self.mapping = mapping
        dates = DateFormats(timeZone: file.timeZone)
        advice = file.advice
        unsignedPing = file.unsignedPing
        bodies = file.takenBodies
    }

    /// How many secrets of which form the source has, for people; nil for none. Says nothing about their text.
    package var secretSummary: String? { verifier.secretSummary }

    private static func fingerprint(of name: String) -> String {
        Hexadecimal.encode(SHA256.hash(data: Array(name.utf8)), first: 4)
    }

    /// Verifies the signature over the raw bytes, in constant time, before anything is parsed.
    package func verify(_ delivery: WebhookDelivery) throws(SignatureRejection) -> VerifiedSignature {
        try verifier.verify(delivery)
    }

    /// Whether this body is the unsigned test request that the operator has configured: some tools send one when the
    /// address is saved. It is acknowledged and has no effect.
    package func isUnsignedPing(_ body: [UInt8]) -> Bool {
        guard let unsignedPing, body.count <= Self.pingLimit else { return false }
        return (try? JSONValue(parsing: body)) == unsignedPing
    }

    private static let pingLimit = 1_024

    /// Maps and checks a payload: one result for each response in it, in order; empty for an event that is not a response.
    ///
    /// When the mapping fails, the only result is a failure with the field `mapping`. When the body can't be parsed, its kind
    /// isn't accepted or it has too many items, it is a failure with the field `body`: what is authentic is kept. Where the
    /// source has advice, that is the last problem of each other failure, with the field `advice`.
    ///
    /// - Parameters:
    ///   - contentType: the request's `Content-Type`; nil for JSON.
    ///   - deliveryID: the sender's id of the delivery, if it was received with the source as it is. Where all of the
    ///     source's schemes sign it, it is the id of a lone response that has none of its own.
    ///   - receivedAt: used when `answeredAt` is missing.
    /// - Throws: ``PayloadProblem/busy``; and where nothing is signed, ``PayloadProblem/notJSON`` and
    ///   ``PayloadProblem/notForm``, so that nobody fills the quarantine with what no tool sends.
    package func map(
        _ body: [UInt8],
        contentType: String?,
        deliveryID: String? = nil,
        receivedAt: Date
    ) async throws(PayloadProblem) -> [Result<Submission, InvalidResponse>] {
        let drafts: [Result<ResponseDraft, InvalidResponse>]
        do throws(PayloadProblem) {
            drafts = try await mapping.drafts(of: json(of: body, contentType: contentType))
        } catch {
            guard let problem = error.bodyProblem, !(isUnsigned && error.isUnparseable) else { throw error }
            return [.failure(InvalidResponse([FieldProblem(field: "body", message: problem)]))]
        }
        // In a batch, a mapping that was changed could give an item another place, and so another one's id.
        let deliveryID = drafts.count == 1 && verifier.signsIDs ? deliveryID : nil
        return drafts.map { draft in
            draft.flatMap { draft in
                Result { () throws(InvalidResponse) in
                    try draft.check(
                        source: name,
                        label: label,
                        deliveryID: deliveryID,
                        receivedAt: receivedAt,
                        dates: dates
                    )
                }
            }
            .mapError(advised)
        }
    }

    private func json(of body: [UInt8], contentType: String?) throws(PayloadProblem) -> [UInt8] {
        guard let format = PayloadFormat(contentType: contentType), bodies.contains(format.kind) else {
            throw .unsupportedType(bodies)
        }
        return try format.json(of: body, in: PayloadCharset(contentType: contentType))
    }

    private func advised(_ invalid: InvalidResponse) -> InvalidResponse {
        guard let advice else { return invalid }
        return InvalidResponse(invalid.problems + [FieldProblem(field: "advice", message: advice)])
    }

    /// A guess at the `Content-Type` of a captured body, for `map`.
    package static func guessedContentType(of body: [UInt8]) -> String {
        switch PayloadFormat(guessing: body) {
        case .json: "application/json"
        case .urlEncoded: "application/x-www-form-urlencoded"
        case .multipart(let boundary): "multipart/form-data; boundary=\"\(boundary)\""
        }
    }

    /// Signs a delivery of this body with the first secret that can sign.
    ///
    /// - Parameters:
    ///   - id: the delivery's id, where the scheme has one.
    ///   - url: the address as the receiver knows it, where the scheme signs it.
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

    /// Why the mapping fails on this payload, in jq's own words; nil when it doesn't fail. They may quote the payload, so
    /// they are for its owner only, never for a log or a reply to the sender.
    package func mappingFailure(_ body: [UInt8], contentType: String?) async -> String? {
        guard case .jq(let program) = mapping, let format = PayloadFormat(contentType: contentType),
            let json = try? format.json(of: body, in: PayloadCharset(contentType: contentType)),
            case .failure(let failure) = await program.run(json)
        else { return nil }
        return failure.detail
    }
}
