import Foundation
import NPSModel
import NPSQueue
import StubAPI

extension ErrorCase {
    static let successes: [ErrorCase] = [
        ErrorCase("200 with an _id", .json(200, #"{"_id":"61030b0e1","euId":"5f","cId":"5e"}"#), .delivered),
        ErrorCase("201 with an _id", .json(201, #"{"_id":"61030b0e1","euId":"5f","cId":"5e"}"#), .delivered),
        ErrorCase("the sourceId in insertsKeys", upserting: 3, .delivered) { BulkEnvelope(created: $0).reply() },
        ErrorCase("the sourceId in updatesKeys", upserting: 3, .delivered) { BulkEnvelope(updated: $0).reply() },
        ErrorCase("all in the keys of a 206", upserting: 2, .delivered) { BulkEnvelope(created: $0).reply(206) },
        ErrorCase("one counted, alone, no errors", upserting: 1, .delivered) { _ in BulkEnvelope(nonupdates: 1).reply()
        },
        ErrorCase("counts that sum to the number, no errors", upserting: 3, .delivered) { sent in
            BulkEnvelope(created: [sent[0]], updated: [sent[1]], nonupdates: 1, hasKeys: false).reply()
        },
    ]

    static let unapplied: [ErrorCase] = [
        ErrorCase("connection refused", at: .nobody, .retried),
        ErrorCase("DNS", at: .unknownName, .retried),
        ErrorCase("TLS handshake failure", at: .plainText, .retried),
        ErrorCase("connect timeout", at: .fullBacklog, .retried),
        ErrorCase("503 with Retry-After", .answer(503, headers: [("Retry-After", "120")]), .held(120)),
        ErrorCase("503 with Retry-After of a day", .answer(503, headers: [("Retry-After", "86400")]), .held(900)),
        ErrorCase("429 with Retry-After in seconds", limited("17"), .held(17)),
        ErrorCase("429 with Retry-After as a date", limited("Thu, 31 Dec 2099 23:59:59 GMT"), .held(900)),
        ErrorCase("429 with Retry-After as a date that is over", limited("Thu, 01 Jan 2026 00:00:00 GMT"), .held(1)),
        ErrorCase("429 without Retry-After", .json(429, "Too many requests"), .held(60)),
        ErrorCase("429 with Retry-After 0", limited("0"), .held(1)),
        ErrorCase("429 with Retry-After of a year", limited("31536000"), .held(900)),
        ErrorCase("429 with Retry-After of 400 digits", limited(String(repeating: "9", count: 400)), .held(900)),
        ErrorCase("429 with a negative Retry-After", limited("-5"), .held(60)),
        ErrorCase("429 with Retry-After in words", limited("in a while"), .held(60)),
        ErrorCase("429 with an empty Retry-After", limited(""), .held(60)),
        ErrorCase("429 as an HTML page", .html(429), .held(60)),
    ]

    private static func limited(_ retryAfter: String) -> StubReply {
        .answer(429, headers: [("Retry-After", retryAfter)], body: #"{"message":"Too many requests"}"#)
    }

    static let ambiguous: [ErrorCase] = [
        ErrorCase("timeout after the body was sent", at: .silent(.silence), .ambiguous),
        ErrorCase("timeout in the middle of the answer", at: .silent(.unfinished("HTTP/1.1 200 OK\r\n")), .ambiguous),
        ErrorCase("connection reset", .reset, .ambiguous),
        ErrorCase("connection closed without an answer", .end, .ambiguous),
        ErrorCase("408", .json(408, ""), .ambiguous),
        ErrorCase("425", .json(425, ""), .ambiguous),
        ErrorCase("503 with Retry-After in words", .answer(503, headers: [("Retry-After", "soon")]), .ambiguous),
        ErrorCase("500", .json(500, #"{"message":"oh"}"#), .ambiguous),
        ErrorCase("500 with an envelope", upserting: 2, .ambiguous) { BulkEnvelope(created: $0).reply(500) },
        ErrorCase("502", .html(502), .ambiguous),
        ErrorCase("503 without Retry-After", .html(503), .ambiguous),
        ErrorCase("504", .html(504), .ambiguous),
        ErrorCase("200 with an empty body", .json(200, ""), .ambiguous),
        ErrorCase("204", .answer(204), .ambiguous),
        ErrorCase("2xx unparsable", .json(200, "OK"), .ambiguous),
        ErrorCase("2xx with truncated JSON", .json(200, #"{"_id":"61030b"#), .ambiguous),
        ErrorCase(
            "2xx cut off",
            .closing("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"_id\":\"61030b\""),
            .ambiguous
        ),
        ErrorCase("2xx without an _id", .json(200, #"{"email":"person0@example.com","score":9}"#), .ambiguous),
        ErrorCase("2xx with a record in endpoint of an envelope", upserting: 1, .ambiguous) { _ in
            .json(200, #"{"_id":"61030b0e1"}"#)
        },
        ErrorCase("2xx with an envelope that counts too much", upserting: 1, .ambiguous) { _ in
            BulkEnvelope(nonupdates: 2).reply()
        },
        ErrorCase("duplicated, after three failures", upserting: 1, attempts: 3, .ambiguous) { sent in
            BulkEnvelope(createdErrors: [BulkEnvelope.entry("sourceId duplicated", about: sent[0].id)]).reply(400)
        },
        ErrorCase("2xx with counts that prove nothing about any", upserting: 3, .divided) { _ in
            BulkEnvelope(nonupdates: 2).reply()
        },
        ErrorCase("2xx with an error that names nobody", upserting: 2, .divided) { _ in
            BulkEnvelope(createdErrors: [.string("one could not be saved")]).reply(206)
        },
    ]

    static let permanent: [ErrorCase] = [
        ErrorCase("400 for one", .json(400, #"{"message":"score is required"}"#), .parked("score is required")),
        ErrorCase("422 for one", .answer(422, body: "bad date"), .parked("bad date")),
        ErrorCase("400 with an envelope for one that names nobody", upserting: 1, .parked("score is required")) { _ in
            BulkEnvelope(createdErrors: [.string("score is required")]).reply(400)
        },
        ErrorCase("createdErrors naming the item, as text", upserting: 1, .parked("is not valid")) { sent in
            BulkEnvelope(createdErrors: [.string("\(sent[0].id) is not valid")]).reply(206)
        },
        ErrorCase("createdErrors naming the item, as an object", upserting: 1, .parked("no such company")) { sent in
            BulkEnvelope(createdErrors: [BulkEnvelope.entry("no such company", about: sent[0].id)]).reply(400)
        },
        ErrorCase("updatedErrors naming the item", upserting: 1, .parked("locked")) { sent in
            BulkEnvelope(updatedErrors: [BulkEnvelope.entry("locked", about: sent[0].id)]).reply(206)
        },
        ErrorCase("updatedErrors naming all of several", upserting: 3, .parked("locked")) { sent in
            BulkEnvelope(updatedErrors: sent.map { BulkEnvelope.entry("locked", about: $0.id) }).reply(400)
        },
        ErrorCase("createdErrors naming the item by its address", upserting: 1, .parked("(…) is unknown")) { sent in
            BulkEnvelope(createdErrors: [.string("\(sent[0].response.email.address) is unknown")]).reply(206)
        },
        ErrorCase("400 without an envelope for several", upserting: 4, .divided) { _ in .json(400, "bad item") },
        ErrorCase("413 for one", .html(413), .parked("413")),
        ErrorCase("413 for a batch of one", upserting: 1, .parked("413")) { _ in .json(413, "") },
        ErrorCase("413 for a batch", upserting: 4, .divided) { _ in .html(413) },
        ErrorCase(
            "duplicated, with our sourceId, for a create",
            .json(400, #"{"message":"sourceId \#(ResponseID(source: "test", providerID: "0")) duplicated"}"#),
            .ambiguous
        ),
        ErrorCase("duplicated, with our sourceId, in an envelope", upserting: 1, .ambiguous) { sent in
            BulkEnvelope(createdErrors: [BulkEnvelope.entry("sourceId duplicated", about: sent[0].id)]).reply(400)
        },
        ErrorCase("duplicated, with our sourceIds, for several", upserting: 3, .divided) { sent in
            BulkEnvelope(createdErrors: sent.map { BulkEnvelope.entry("sourceId duplicated", about: $0.id) }).reply(400)
        },
        ErrorCase("500 for one alone, again and again", upserting: 1, attempts: 16, .parked("while others arrive")) {
            _ in
            .json(500, "")
        },
    ]

    static let configuration: [ErrorCase] = [
        ErrorCase("401", .json(401, #"{"message":"unauthorized"}"#), .paused("planhat.token")),
        ErrorCase("401 may be the wrong region", .json(401, ""), .paused("region")),
        ErrorCase("403 without an envelope", .json(403, #"{"message":"forbidden"}"#), .paused("permissions")),
        ErrorCase("403 as an HTML page", upserting: 2, .paused("permissions")) { _ in .html(403) },
        ErrorCase("permissionErrors for everything", upserting: 2, .paused("permissions")) { sent in
            BulkEnvelope(permissionErrors: sent.map { BulkEnvelope.entry("no permission", about: $0.id) }).reply(403)
        },
        ErrorCase("404 on the collection URL", .json(404, ""), .paused("region")),
        ErrorCase("404 on the collection URL, upserting", upserting: 2, .paused("region")) { _ in .json(404, "") },
        ErrorCase("405 on the collection URL", .json(405, ""), .paused("region")),
        ErrorCase("400 as an HTML page", .html(400), .paused("does not say why")),
        ErrorCase("400 as an HTML page, upserting", upserting: 3, .paused("does not say why")) { _ in .html(400) },
        ErrorCase("400 without a word", .json(400, " "), .paused("does not say why")),
        ErrorCase("406 of a firewall", .html(406), .paused("does not say why")),
        ErrorCase("418", .json(418, ""), .paused("status 418")),
        ErrorCase("422 as an HTML page", .html(422), .paused("does not say why")),
        ErrorCase("431", .json(431, #"{"message":"too many fields"}"#), .paused("status 431")),
        ErrorCase("redirect", redirect(302), .paused("final address")),
        ErrorCase("redirect that keeps the method", redirect(308), .paused("final address")),
        ErrorCase("TLS certificate error", at: .selfSigned, .pausedUnsent("certificate")),
        ErrorCase(
            "HTML login page",
            .html(200, "<!doctype html><title>Log in</title>"),
            .paused("not the Planhat API")
        ),
        ErrorCase("HTML login page, upserting", upserting: 2, .paused("not the Planhat API")) { _ in
            .html(200)
        },
    ]

    private static func redirect(_ status: Int) -> StubReply {
        .answer(status, headers: [("Location", "https://127.0.0.1:1/login")])
    }
}
