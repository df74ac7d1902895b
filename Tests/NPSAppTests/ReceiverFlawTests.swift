import Testing

@testable import NPSApp

@Suite("An address that secrets are sent to")
struct ReceiverFlawTests {
    @Test(
        "is https, or of this machine",
        arguments: [
            "https://api.example.com", "https://api.example.com:8443/in", "http://127.0.0.1:8082", "http://[::1]/",
        ]
    )
    func fine(address: String) {
        #expect(ReceiverFlaw(of: address) == nil)
    }

    @Test(
        "is named with what is wrong with it",
        arguments: [
            ("", ReceiverFlaw.noAddress), ("api.example.com", .noAddress), ("ftp://api.example.com", .noAddress),
            ("http://api.example.com", .inClear), ("http://127.0.0.1.example.com", .inClear),
            ("https://user@api.example.com", .namesUser), ("https://:word@api.example.com", .namesUser),
            ("http://user@127.0.0.1:8082", .namesUser),
        ]
    )
    func flaws(address: String, flaw: ReceiverFlaw) {
        #expect(ReceiverFlaw(of: address) == flaw)
    }
}
