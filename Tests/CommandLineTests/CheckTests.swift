import Foundation
import TestSupport
import Testing

@testable import nps_collector

@Suite("check")
struct CheckTests {
    @Test("what can't be a queue's file is told, and nothing is made or changed")
    func queue() throws {
        let folder = try TemporaryDirectory()
        func problems(_ name: String, holding text: String? = nil) throws -> [String] {
            if let text { try folder.write(text, to: name) }
            return Check.problems(ofQueueAt: folder.path(name))
        }
        #expect(try problems("new.db").isEmpty)
        #expect(try problems("empty.db", holding: "").isEmpty)
        #expect(try problems("queue.db", holding: "SQLite format 3\u{0} and more").isEmpty)
        #expect(try problems("letter.txt", holding: "Dear Sir or Madam").first?.contains("no SQLite database") == true)
        #expect(try problems("missing/queue.db").first?.contains("there is no directory") == true)
        #expect(Check.problems(ofQueueAt: folder.path).first?.contains("is a directory") == true)
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: folder.path)) == [
                "empty.db", "queue.db", "letter.txt",
            ]
        )
    }
}
