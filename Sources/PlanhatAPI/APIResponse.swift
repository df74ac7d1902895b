import Foundation
import NPSModel

/// One answer of the API, whatever its status. The static functions turn it into what the operation returns, or throw
/// what the answer means otherwise.
struct APIResponse {
    let operation: Operation
    let status: Int
    let contentType: String
    let retryAfter: String?
    let body: Data
    /// The request's body and token, to remove them from what the answer quotes.
    let sent: JSONValue?
    let token: String

    static func record(of answer: APIResponse) throws(PlanhatError) -> NPSRecord {
        guard let json = try success(of: answer), let record = NPSRecord(json), record.id != nil else {
            throw answer.unproven
        }
        return record
    }

    /// Elements that are no records are left out.
    static func records(of answer: APIResponse) throws(PlanhatError) -> [NPSRecord] {
        guard case .array(let elements)? = try success(of: answer) else { throw answer.unproven }
        return elements.compactMap { NPSRecord($0) }
    }

    /// The envelope decides, not the status: 206 and 403 may be partial successes, 400 may name single items. An
    /// envelope whose errors are all about permission, with nothing applied, is the same as a plain 403.
    static func bulk(of answer: APIResponse) throws(PlanhatError) -> BulkResult {
        let mayHaveEnvelope = answer.isSuccess || [400, 403, 422].contains(answer.status)
        guard mayHaveEnvelope, let json = answer.json,
            let result = BulkResult(json, status: answer.status, hiding: answer.token)
        else {
            _ = try success(of: answer)
            throw answer.unproven
        }
        if result.isDenied { throw .refused(.permission, PlanhatError.denied, status: answer.status) }
        return result
    }

    /// The JSON of a 2xx, nil when there is none. Throws for any other status, and for a web page.
    static func success(of answer: APIResponse) throws(PlanhatError) -> JSONValue? {
        guard answer.isSuccess else { throw answer.failure }
        guard !answer.isHTML else { throw .refused(.foreignPage, notTheAPI, status: answer.status) }
        return answer.json
    }

    private var isSuccess: Bool { (200..<300).contains(status) }

    private var json: JSONValue? { try? JSONValue(parsing: body) }

    /// HTML, or anything else that begins with an angle bracket, which JSON never does.
    private var isHTML: Bool {
        if contentType.lowercased().contains("html") { return true }
        let start = String(decoding: body.prefix(256), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines.union(["\u{FEFF}"]))
        return start.hasPrefix("<")
    }

    private var unproven: PlanhatError { uncertain("status \(status), but the answer shows no record of it") }

    private func uncertain(_ why: String) -> PlanhatError {
        operation.isWrite ? .ambiguous(why) : .notSent(why)
    }
}

extension APIResponse {
    private static let notTheAPI =
        "What answers at planhat.url is not the Planhat API: check the address and its region."

    /// What a status outside 2xx means; the vendor documents few of them, so the rest follows from HTTP.
    private var failure: PlanhatError {
        switch status {
        case 300..<400:
            .refused(
                .redirect,
                "planhat.url redirects elsewhere, which is not followed: give the final address.",
                status: status
            )
        case 401, 407:
            .refused(
                .token,
                "Planhat does not accept the token: check planhat.token, and that planhat.url is your region's.",
                status: status
            )
        case 402, 403, 451:
            .refused(.permission, PlanhatError.denied, status: status)
        case 404 where !operation.isCollection:
            isHTML ? .refused(.notTheAPI, Self.notTheAPI, status: status) : .notFound
        case 404, 405:
            .refused(.notTheAPI, Self.notTheAPI, status: status)
        case 408, 425:
            uncertain("status \(status)")
        case 503:
            pause.map { .unavailable(retryAfter: $0) } ?? uncertain("status 503")
        case 429:
            .rateLimited(retryAfter: pause)
        case 400, 409, 413, 422:
            isAboutTheItem
                ? .rejected(status: status, Redaction.shortened(reason, hiding: secrets))
                : .refused(.notTheAPI, Self.withoutReason(status), status: status)
        case 400..<500:
            .refused(.notTheAPI, Self.withoutReason(status), status: status)
        default:
            uncertain("status \(status)")
        }
    }

    private var pause: TimeInterval? { retryAfter.flatMap { RetryAfter.seconds($0, now: Date()) } }

    /// Planhat says what is wrong with an item. A web page or an empty body comes from a proxy in between, which would
    /// answer every item so. "Conflict" and "too large" need no reason.
    private var isAboutTheItem: Bool {
        if status == 409 || status == 413 { return true }
        return !isHTML && !String(decoding: body.prefix(256), as: UTF8.self).allSatisfy(\.isWhitespace)
    }

    private static func withoutReason(_ status: Int) -> String {
        "What answers at planhat.url refuses with status \(status) and does not say why, as Planhat would: check the "
            + "address, and any proxy or firewall in between."
    }

    /// The sentence in the answer.
    private var reason: String {
        if isHTML { return "an HTML page" }
        if let json { return ErrorMessage.text(of: json) ?? "no reason given" }
        let text = String(decoding: body.prefix(2_048), as: UTF8.self)
        return text.allSatisfy(\.isWhitespace) ? "no reason given" : text
    }

    private var secrets: [String] { [token] + (sent.map(Redaction.secrets) ?? []) }
}
