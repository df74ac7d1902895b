import PlanhatAPI
import Testing

@Suite("Record ids")
struct RecordIDTests {
    @Test(
        "the prefix tells the source's id from Planhat's",
        arguments: [
            ("5f3bc3ef", RecordID.planhat("5f3bc3ef")), ("srcid-nps1-0a", .source("nps1-0a")),
            ("srcid-srcid-a", .source("srcid-a")), ("SRCID-a", .planhat("SRCID-a")),
        ]
    )
    func reading(argument: String, id: RecordID) throws {
        #expect(try RecordID(reading: argument) == id)
        #expect(id.description == argument)
    }

    @Test("an empty id is refused", arguments: ["", "srcid-"])
    func empty(argument: String) {
        #expect(throws: PlanhatError.self) { try RecordID(reading: argument) }
    }
}
