import Foundation
import NPSModel
import NPSQueue
import StubAPI

extension Signal {
    static let successes: [Signal] = [
        Signal("200 with an _id", .json(200, #"{"_id":"61030b0e1","euId":"5f","cId":"5e"}"#), .delivered),
        Signal("201 with an _id", .json(201, #"{"_id":"61030b0e1","euId":"5f","cId":"5e"}"#), .delivered),
        Signal("the sourceId in insertsKeys", upserting: 3, .delivered) { Envelope(created: $0).reply() },
        Signal("the sourceId in updatesKeys", upserting: 3, .delivered) { Envelope(updated: $0).reply() },
        Signal("all in the keys of a 206", upserting: 2, .delivered) { Envelope(created: $0).reply(206) },
        Signal("one counted, alone, no errors", upserting: 1, .delivered) { _ in Envelope(nonupdates: 1).reply() },
        Signal("counts that sum to the number, no errors", upserting: 3, .delivered) { sent in
            Envelope(created: [sent[0]], updated: [sent[1]], nonupdates: 1, hasKeys: false).reply()
        },
    ]

    static let unapplied: [Signal] = [
        Signal("connection refused", at: .nobody, .retried),
        Signal("DNS", at: .unknownName, .retried),
        Signal("TLS handshake failure", at: .plainText, .retried),
        Signal("connect timeout", at: .deaf, .retried),
        Signal("408", .json(408, ""), .retried),
        Signal("425", .json(425, ""), .retried),
        Signal("503 with Retry-After", .answer(503, headers: [("Retry-After", "120")]), .held(120)),
        Signal("503 with Retry-After of a day", .answer(503, headers: [("Retry-After", "86400")]), .held(900)),
        Signal("503 with Retry-After in words", .answer(503, headers: [("Retry-After", "soon")]), .retried),
        Signal("429 with Retry-After in seconds", limited("17"), .held(17)),
        Signal("429 with Retry-After as a date", limited("Thu, 31 Dec 2099 23:59:59 GMT"), .held(900)),
        Signal("429 with Retry-After as a date that is over", limited("Thu, 01 Jan 2026 00:00:00 GMT"), .held(1)),
        Signal("429 without Retry-After", .json(429, "Too many requests"), .held(60)),
        Signal("429 with Retry-After 0", limited("0"), .held(1)),
        Signal("429 with Retry-After of a year", limited("31536000"), .held(900)),
        Signal("429 with Retry-After of 400 digits", limited(String(repeating: "9", count: 400)), .held(900)),
        Signal("429 with a negative Retry-After", limited("-5"), .held(60)),
        Signal("429 with Retry-After in words", limited("in a while"), .held(60)),
        Signal("429 with an empty Retry-After", limited(""), .held(60)),
        Signal("429 as an HTML page", .html(429), .held(60)),
    ]

    private static func limited(_ retryAfter: String) -> StubReply {
        .answer(429, headers: [("Retry-After", retryAfter)], body: #"{"message":"Too many requests"}"#)
    }

    static let ambiguous: [Signal] = [
        Signal("timeout after the body was sent", at: .silent(.silence), .ambiguous),
        Signal("timeout in the middle of the answer", at: .silent(.unfinished("HTTP/1.1 200 OK\r\n")), .ambiguous),
        Signal("connection reset", .reset, .ambiguous),
        Signal("connection closed without an answer", .end, .ambiguous),
        Signal("500", .json(500, #"{"message":"oh"}"#), .ambiguous),
        Signal("500 with an envelope", upserting: 2, .ambiguous) { Envelope(created: $0).reply(500) },
        Signal("502", .html(502), .ambiguous),
        Signal("503 without Retry-After", .html(503), .ambiguous),
        Signal("504", .html(504), .ambiguous),
        Signal("200 with an empty body", .json(200, ""), .ambiguous),
        Signal("204", .answer(204), .ambiguous),
        Signal("2xx unparsable", .json(200, "OK"), .ambiguous),
        Signal("2xx with truncated JSON", .json(200, #"{"_id":"61030b"#), .ambiguous),
        Signal(
            "2xx cut off",
            .closing("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"_id\":\"61030b\""),
            .ambiguous
        ),
        Signal("2xx without an _id", .json(200, #"{"email":"person0@example.com","score":9}"#), .ambiguous),
        Signal("2xx with a record in place of an envelope", upserting: 1, .ambiguous) { _ in
            .json(200, #"{"_id":"61030b0e1"}"#)
        },
        Signal("2xx with an envelope that counts too much", upserting: 1, .ambiguous) { _ in
            Envelope(nonupdates: 2).reply()
        },
        Signal("2xx with counts that prove nothing about any", upserting: 3, .divided) { _ in
            Envelope(nonupdates: 2).reply()
        },
        Signal("2xx with an error that names nobody", upserting: 2, .divided) { _ in
            Envelope(createdErrors: [.string("one could not be saved")]).reply(206)
        },
    ]

    static let permanent: [Signal] = [
        Signal("400 for one", .json(400, #"{"message":"score is required"}"#), .parked("score is required")),
        Signal("422 for one", .answer(422, body: "bad date"), .parked("bad date")),
        Signal("400 with an envelope for one that names nobody", upserting: 1, .parked("score is required")) { _ in
            Envelope(createdErrors: [.string("score is required")]).reply(400)
        },
        Signal("createdErrors naming the item, as text", upserting: 1, .parked("is not valid")) { sent in
            Envelope(createdErrors: [.string("\(sent[0].id) is not valid")]).reply(206)
        },
        Signal("createdErrors naming the item, as an object", upserting: 1, .parked("no such company")) { sent in
            Envelope(createdErrors: [entry("no such company", about: sent[0].id)]).reply(400)
        },
        Signal("updatedErrors naming the item", upserting: 1, .parked("locked")) { sent in
            Envelope(updatedErrors: [entry("locked", about: sent[0].id)]).reply(206)
        },
        Signal("updatedErrors naming all of several", upserting: 3, .parked("locked")) { sent in
            Envelope(updatedErrors: sent.map { entry("locked", about: $0.id) }).reply(400)
        },
        Signal("createdErrors naming the item by its address", upserting: 1, .parked("(…) is unknown")) { sent in
            Envelope(createdErrors: [.string("\(sent[0].response.email.address) is unknown")]).reply(206)
        },
        Signal("400 without an envelope for several", upserting: 4, .divided) { _ in .json(400, "bad item") },
        Signal("413 for one", .html(413), .parked("413")),
        Signal("413 for a batch of one", upserting: 1, .parked("413")) { _ in .json(413, "") },
        Signal("413 for a batch", upserting: 4, .divided) { _ in .html(413) },
        Signal(
            "duplicated, with our sourceId, for a create",
            .json(400, #"{"message":"sourceId \#(ResponseID(source: "test", providerID: "0")) duplicated"}"#),
            .ambiguous
        ),
        Signal("duplicated, with our sourceId, in an envelope", upserting: 1, .ambiguous) { sent in
            Envelope(createdErrors: [entry("sourceId duplicated", about: sent[0].id)]).reply(400)
        },
        Signal("duplicated, with our sourceIds, for several", upserting: 3, .divided) { sent in
            Envelope(createdErrors: sent.map { entry("sourceId duplicated", about: $0.id) }).reply(400)
        },
        Signal("duplicated, again and again", upserting: 1, attempts: 3, .parked("duplicated")) { sent in
            Envelope(createdErrors: [entry("sourceId duplicated", about: sent[0].id)]).reply(400)
        },
        Signal("500 for one alone, again and again", upserting: 1, attempts: 16, .parked("while others arrive")) { _ in
            .json(500, "")
        },
    ]

    private static func entry(_ message: String, about id: ResponseID) -> JSONValue {
        .object(["message": .string(message), "item": .object(["sourceId": .string(id.rawValue)])])
    }

    static let configuration: [Signal] = [
        Signal("401", .json(401, #"{"message":"unauthorized"}"#), .paused("planhat.token")),
        Signal("401 may be the wrong region", .json(401, ""), .paused("region")),
        Signal("403 without an envelope", .json(403, #"{"message":"forbidden"}"#), .paused("permissions")),
        Signal("403 as an HTML page", upserting: 2, .paused("permissions")) { _ in .html(403) },
        Signal("permissionErrors for everything", upserting: 2, .paused("permissions")) { sent in
            Envelope(permissionErrors: sent.map { entry("no permission", about: $0.id) }).reply(403)
        },
        Signal("404 on the collection URL", .json(404, ""), .paused("region")),
        Signal("404 on the collection URL, upserting", upserting: 2, .paused("region")) { _ in .json(404, "") },
        Signal("405 on the collection URL", .json(405, ""), .paused("region")),
        Signal("400 as an HTML page", .html(400), .paused("does not say why")),
        Signal("400 as an HTML page, upserting", upserting: 3, .paused("does not say why")) { _ in .html(400) },
        Signal("400 without a word", .json(400, " "), .paused("does not say why")),
        Signal("406 of a firewall", .html(406), .paused("does not say why")),
        Signal("418", .json(418, ""), .paused("status 418")),
        Signal("422 as an HTML page", .html(422), .paused("does not say why")),
        Signal("431", .json(431, #"{"message":"too many fields"}"#), .paused("status 431")),
        Signal("redirect", redirect(302), .pausedAmbiguously("final address")),
        Signal("redirect that keeps the method", redirect(308), .pausedAmbiguously("final address")),
        Signal("TLS certificate error", at: .selfSigned, .paused("certificate")),
        Signal(
            "HTML login page",
            .html(200, "<!doctype html><title>Log in</title>"),
            .pausedAmbiguously("not the Planhat API")
        ),
        Signal("HTML login page, upserting", upserting: 2, .pausedAmbiguously("not the Planhat API")) { _ in .html(200)
        },
    ]

    private static func redirect(_ status: Int) -> StubReply {
        .answer(status, headers: [("Location", "https://127.0.0.1:1/login")])
    }
}
