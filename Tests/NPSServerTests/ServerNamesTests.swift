import Testing

@testable import NPSServer

@Suite("The certificate for a name")
struct ServerNamesTests {
    private static let names = ServerNames([
        ["nps.example.com", "localhost"], ["*.example.com", "example.com"], ["a.example.com", "nps.example.com"],
    ])

    @Test(
        "is the one that has it, or has a wildcard for its first label; the first one for other names and for none",
        arguments: [
            ("nps.example.com", 0), ("NPS.Example.COM", 0), ("b.example.com", 1), ("example.com", 1),
            ("a.example.com", 2), ("x.b.example.com", 0), ("other.example", 0), ("", 0), (".example.com", 0), (nil, 0),
            ("*.example.com", 1), ("com", 0),
        ] as [(String?, Int)]
    )
    func place(host: String?, place: Int) {
        #expect(Self.names.place(for: host) == place)
    }

    @Test("that several have is noticed")
    func repeated() {
        #expect(Self.names.repeated == ["nps.example.com"])
        #expect(ServerNames([["a", "a"], ["b"]]).repeated.isEmpty)
    }
}
