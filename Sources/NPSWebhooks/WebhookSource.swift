package import Foundation
package import NPSModel

/// One address `/webhooks/NAME`: how its deliveries are verified, and what they mean.
package struct WebhookSource: Sendable {
    package let name: String
    let verifier: Verifier
    let mapping: Mapping

    /// Over the raw bytes, in constant time, before anything is parsed.
    package func verify(_ delivery: WebhookDelivery) throws(SignatureRejection) -> Verification {
        try verifier.verify(delivery)
    }

    /// Maps and checks a payload: one result for each response in it, in order; empty for an event that is none.
    ///
    /// A mapping that fails is one failure whose field is `mapping`.
    ///
    /// - Parameter receivedAt: stands in for a missing `answeredAt`.
    package func map(
        _ body: [UInt8],
        contentType: String?,
        receivedAt: Date
    ) async throws(PayloadProblem) -> [Result<Submission, InvalidResponse>] {
        guard Self.isJSON(contentType) else { throw .unsupportedType }
        return try await mapping.drafts(of: body).map { draft in
            draft.flatMap { draft in
                Result { () throws(InvalidResponse) in try draft.check(source: name, receivedAt: receivedAt) }
            }
        }
    }

    /// The headers that make a delivery of this body authentic, with the first secret that can sign.
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
    ) throws(WebhookError) -> [(name: String, value: String)] {
        guard let headers = verifier.sign(body, id: id, at: date, method: method, url: url) else {
            throw .cannotSign(name)
        }
        return headers
    }

    /// Why the mapping fails on this payload, in jq's own words, which may quote it: only for whoever owns the payload,
    /// never for a log or an answer. Nil when it doesn't fail.
    package func mappingFailure(_ body: [UInt8]) async -> String? {
        guard case .jq(let program) = mapping, case .failure(let failure) = await program.run(body) else { return nil }
        return failure.detail
    }

    /// Tools use types of their own (`application/vnd.surveymonkey.response.v1+json`), some none at all.
    private static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return true }
        let type = contentType.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        return type.isEmpty || type.hasSuffix("/json") || type.hasSuffix("+json") || type == "text/plain"
    }
}
