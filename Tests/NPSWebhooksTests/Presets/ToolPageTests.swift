import Foundation
import Testing

@testable import NPSWebhooks

/// What people copy from the documentation must work.
@Suite("The tools' pages")
struct ToolPageTests {
    /// The source files among a page's examples.
    private static func examples(on page: String) throws -> [String] {
        try ToolPages.text(page).components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
            .filter { !$0.hasPrefix("webhooks:") }
    }

    @Test("there are pages on tools")
    func pages() {
        #expect(ToolPages.names.count > 10)
    }

    @Test("each example of a source file is one without mistakes", arguments: ToolPages.names)
    func examples(page: String) throws {
        for example in try Self.examples(on: page) {
            let folder = try SourceFolder(["acme": example])
            let keys = [Fixture.secret, StandardDelivery.secret]
            let problems = keys.map { folder.problems(["acme": [$0]]) }
            #expect(problems.contains([]), "\(example)")
        }
    }

    @Test("each page says what was not verified", arguments: ToolPages.names)
    func honesty(page: String) throws {
        #expect(try ToolPages.text(page).contains("\n## Not verified\n"))
    }
}
