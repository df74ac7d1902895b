import Foundation
import Testing

@testable import NPSApp

@Suite("Why a collector is not ready")
struct ReadinessProblemTests {
    @Test(
        "is what its admin listener says",
        arguments: [
            (200, #"{"status":"ok","queue":"ok"}"#, nil),
            (503, #"{"status":"unavailable","queue":"The disk is full.","forwarding":"-"}"#, "The disk is full."),
            (503, "", "/readyz on its admin listener answers with status 503 and no reason."),
            (404, #"{"title":"Not found"}"#, "/readyz on its admin listener answers with status 404 and no reason."),
        ] as [(Int, String, String?)]
    )
    func reason(status: Int, body: String, problem: String?) {
        #expect(AdminClient.readinessProblem(status: status, body: Data(body.utf8)) == problem)
    }
}
