import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("HubSpot")
struct HubSpotPresetTests {
    static func workflow(score: String = "9", email: String = #""ana@example.com""#, comment: String = "null") -> String
    {
        #"""
        {"id":"r1","email":\#(email),"score":\#(score),"comment":\#(comment),"answeredAt":1699956005000}
        """#
    }

    private static func event(_ type: String, _ property: String = "nps_score", _ value: String = #""9""#) -> String {
        #"""
        [{"eventId":1,"subscriptionType":"\#(type)","objectId":123,"propertyName":"\#(property)",
          "propertyValue":\#(value),"occurredAt":1699956005000,"attemptNumber":0}]
        """#
    }

    @Test("a workflow's body in the collector's own names")
    func response() async throws {
        let response = try await Fixture.submission("hubspot", Self.workflow(comment: #""Fast""#)).response
        #expect(response.id == ResponseID(source: "hubspot", providerID: "r1"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
        try await Fixture.expectEdit("hubspot", Self.workflow(), Self.workflow(comment: #""Fast""#))
    }

    @Test(
        "a workflow's enrolled object, with its properties plain or as objects",
        arguments: [
            (#"{"objectId":7,"properties":{"email":"ana@example.com","hs_value":0,"hs_content":"Slow"}}"#, "7"),
            (
                #"""
                {"properties":{"email":{"value":"ana@example.com"},"hs_object_id":{"value":"7"},
                 "hs_value":{"value":"0"},"hs_content":{"value":"Slow"},"firstname":{"value":"Ana"}}}
                """#, "7"
            ),
            (
                #"""
                {"vid":5,"properties":{"nps_comment":"Slow","email":"ana@example.com","last_nps_score":{"value":"0"}}}
                """#, nil
            ),
        ] as [(String, String?)]
    )
    func enrolled(body: String, id: String?) async throws {
        let response = try await Fixture.submission("hubspot", body).response
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 0)
        #expect(response.comment == "Slow")
        if let id { #expect(response.id == ResponseID(source: "hubspot", providerID: id)) }
    }

    @Test(
        "an app's events about anything else are ignored",
        arguments: [event("contact.creation", "x"), event("contact.propertyChange", "lastname"), "[]"]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("hubspot", body).isEmpty)
    }

    @Test(
        "what is wrong or left out is named, with what to do instead",
        arguments: [
            (event("contact.propertyChange"), ["email"]),
            (event("contact.propertyChange", "NPS", #""""#), ["email", "score"]),
            (event("feedback_submission.creation", "", "null"), ["email", "score"]),
            (workflow(score: "11"), ["score"]), (workflow(score: #""""#), ["score"]),
            (workflow(score: "true"), ["score"]),
            (workflow(email: "null"), ["email"]), ("{}", ["email", "score"]),
            (#"{"properties":{"email":"ana@example.com"}}"#, ["score"]),
            (#"{"properties":{"hs_value":[],"email":7}}"#, ["email", "score"]), ("7", ["response"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("hubspot", body) == fields + ["advice"])
    }

    @Test(
        "each version of the signature",
        arguments: [
            ("X-HubSpot-Signature-v3", "HRsiDi+qT2C0eZJE+x6bBrAJNTyBFFiXWP40EEgsKoQ="),
            ("X-HubSpot-Signature", "6100cb9f1790a346d448c1d00813d52f9dbbe5e3b992b54760034b2a16f286ce"),
            ("X-HubSpot-Signature", "3f2bc8ec30402c2ac62c8189fa78a4bf4f8ad7ffc2a9daa929267ebdbfeca641"),
        ]
    )
    func signature(header: String, value: String) throws {
        let source = try Fixture.preset(header.hasSuffix("v3") ? "hubspot" : "hubspot-legacy")
        let headers = [(header, value), ("X-HubSpot-Request-Timestamp", "1700000000000")]
        #expect(throws: Never.self) { try source.verify(Fixture.delivery(headers)) }
        #expect(throws: SignatureRejection.wrongSignature) {
            try source.verify(Fixture.delivery(headers, body: Fixture.body + " "))
        }
        let late = Fixture.now.addingTimeInterval(301)
        if header.hasSuffix("v3") {
            #expect(throws: SignatureRejection.missingHeader("X-HubSpot-Signature")) {
                try Fixture.preset("hubspot-legacy").verify(Fixture.delivery(headers))
            }
            #expect(throws: SignatureRejection.stale) { try source.verify(Fixture.delivery(headers, at: late)) }
        }
    }

    @Test(
        "the published signatures of versions 1 and 2",
        arguments: [
            (
                "POST",
                #"[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"#
                    + #""subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","#
                    + #""changeFlag":"NEW","appId":54321}]"#,
                "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
            ),
            ("GET", "", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"),
        ]
    )
    func published(method: String, body: String, value: String) throws {
        let source = try Fixture.preset("hubspot-legacy", secrets: ["yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"])
        let delivery = Fixture.delivery(
            [("X-HubSpot-Signature", value)],
            body: body,
            method: method,
            url: "https://www.example.com/webhook_uri"
        )
        #expect(throws: Never.self) { try source.verify(delivery) }
    }
}
