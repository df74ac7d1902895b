import Foundation
import NPSModel

/// One answer of the API, and what it proves.
struct Answer {
    let status: Int
    let contentType: String
    let retryAfter: String?
    let body: Data
    let isWrite: Bool
    /// Whether the path was the collection's: there a 404 says that this is not the API.
    let isCollection: Bool

    static func record(of answer: Answer) throws(PlanhatError) -> NPSRecord {
        guard let json = try success(of: answer), let record = NPSRecord(json), record.id != nil else {
            throw answer.unproven
        }
        return record
    }

    static func records(of answer: Answer) throws(PlanhatError) -> [NPSRecord] {
        guard case .array(let elements)? = try success(of: answer) else { throw answer.unproven }
        return elements.compactMap { NPSRecord($0) }
    }

    /// The envelope decides, not the status: 206 and 403 may be partial successes, 400 may name single items.
    static func bulk(of answer: Answer) throws(PlanhatError) -> BulkResult {
        let hasEnvelope = [200, 201, 206, 400, 403].contains(answer.status)
        if hasEnvelope, let json = answer.json, let result = BulkResult(json, status: answer.status) { return result }
        _ = try success(of: answer)
        throw answer.unproven
    }

    /// The body's JSON, nil when there is none, of a 2xx; anything else is thrown by kind.
    static func success(of answer: Answer) throws(PlanhatError) -> JSONValue? {
        guard (200..<300).contains(answer.status) else { throw answer.failure }
        guard !answer.isHTML else { throw .refused(.notTheAPI, notTheAPI) }
        return answer.json
    }

    private var json: JSONValue? { try? JSONValue(parsing: body) }

    private var isHTML: Bool {
        contentType.lowercased().contains("html") || body.prefix(64).starts(with: Data("<!".utf8))
    }

    private var unproven: PlanhatError {
        isWrite ? .ambiguous("status \(status) with a body that proves nothing") : .notSent("the answer can't be read")
    }

    private static let notTheAPI =
        "What answers at planhat.url is not the Planhat API: check the address and its region."

    private var failure: PlanhatError {
        switch status {
        case 300..<400:
            .refused(.redirect, "planhat.url redirects elsewhere, which is not followed: give the final address.")
        case 401:
            .refused(
                .token,
                "Planhat does not accept the token: check planhat.token, and that planhat.url is your region's."
            )
        case 403:
            .refused(.permission, "The token's account may not write NPS records: check its permissions at Planhat.")
        case 404 where !isCollection:
            isHTML ? .refused(.notTheAPI, Self.notTheAPI) : .notFound
        case 404, 405:
            .refused(.notTheAPI, Self.notTheAPI)
        case 408, 425, 503:
            .notSent("status \(status)")
        case 429:
            .rateLimited(retryAfter: retryAfter.flatMap(RetryAfter.seconds))
        case 400..<500:
            .rejected(status: status, Redaction.shortened(message))
        default:
            isWrite ? .ambiguous("status \(status)") : .notSent("status \(status)")
        }
    }

    private var message: String {
        if isHTML { return "an HTML page" }
        if let json { return json["message"]?.string ?? json["error"]?.string ?? json.string ?? "no reason given" }
        return String(decoding: body.prefix(2_048), as: UTF8.self)
    }
}
