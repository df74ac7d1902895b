import Testing

@testable import NPSModel

@Suite("The groups of scores")
struct ScoreGroupTests {
    @Test("are those of the Net Promoter Score")
    func groups() {
        let groups = (0...10).compactMap { Score($0)?.group }
        #expect(groups == Array(repeating: .detractor, count: 7) + [.passive, .passive, .promoter, .promoter])
    }
}

@Suite("What was probably meant")
struct SpellingTests {
    @Test(
        "is the known word with the fewest letters wrong, if they are few",
        arguments: [
            ("qestion", "question"), ("qeustion", "question"), ("comments", "comment"), ("questionus", "questionUs"),
            ("", nil), ("zebra", nil),
        ] as [(String, String?)]
    )
    func nearest(word: String, expected: String?) {
        #expect(Spelling.nearest(word, among: ["question", "questionUs", "comment"]) == expected)
    }
}

@Suite("Custom properties")
struct CustomPropertyTests {
    @Test(
        "have names that Planhat's fields have",
        arguments: ["plan", "Has Influence?", "(AI) Account Summary", "größe"]
    )
    func names(name: String) {
        #expect(CustomProperty.isName(name))
    }

    @Test(
        "have no others",
        arguments: ["", " plan", "plan ", "a.b", "$set", "suspect", "a\nb", String(repeating: "x", count: 61)]
    )
    func noNames(name: String) {
        #expect(!CustomProperty.isName(name))
    }

    @Test("have short texts, numbers and truth values")
    func values() {
        for value in [.string("gold"), .integer(-1), .number(0.5), .bool(false)] as [JSONValue] {
            #expect(CustomProperty.isValue(value))
        }
        let long = String(repeating: "x", count: 201)
        for value in [.string(""), .string(long), .string("a\u{0}"), .null, .array([]), .number(.nan)] as [JSONValue] {
            #expect(!CustomProperty.isValue(value))
        }
    }
}
