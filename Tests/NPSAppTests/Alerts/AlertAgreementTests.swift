import Foundation
import Testing

@testable import NPSApp

/// The alerts that go out, those of Prometheus and the documentation are one list.
@Suite("Alerts and their documentation")
struct AlertAgreementTests {
    private static func read(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test("each has the name and the severity of one of Prometheus'", arguments: AlertKind.allCases)
    func prometheus(kind: AlertKind) throws {
        let rules = try Self.read("deploy/prometheus-alerts.yml").components(separatedBy: "- alert: ")
        let rule = try #require(rules.first { $0.hasPrefix(kind.rawValue + "\n") })
        #expect(rule.contains("severity: \(kind.terms.severity.rawValue)"))
    }

    @Test("each has a paragraph and a line of the table, with the same terms", arguments: AlertKind.allCases)
    func documented(kind: AlertKind) throws {
        let page = try Self.read("Sources/NPSApp/Documentation.docc/Operations.md")
        #expect(page.contains("\n### \(kind.rawValue)\n"))
        let line = try #require(page.split(separator: "\n").first { $0.hasPrefix("| `\(kind.rawValue)` |") })
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        let terms = kind.terms
        #expect(
            Array(cells[1...4]) == [
                terms.severity.rawValue, terms.isOfCollector ? "collector" : "queue", Self.text(terms.begins),
                Self.text(terms.ends),
            ]
        )
    }

    @Test("the table has no other")
    func complete() throws {
        let page = try Self.read("Sources/NPSApp/Documentation.docc/Operations.md")
        let lines = page.split(separator: "\n").filter { $0.hasPrefix("| `NPS") }
        #expect(lines.count == AlertKind.allCases.count)
    }

    private static func text(_ duration: Duration) -> String {
        switch duration.components.seconds {
        case 0: "at once"
        case let seconds where seconds < 60: "\(seconds) s"
        case let seconds where seconds < 3_600: "\(seconds / 60) min"
        case let seconds: "\(seconds / 3_600) h"
        }
    }
}
