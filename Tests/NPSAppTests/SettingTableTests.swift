import Foundation
import Testing

@testable import NPSApp

@Suite("The table of settings")
struct SettingTableTests {
    /// One row of the README's table: several keys with as many defaults, or with one for all.
    private struct Row {
        let keys: [String]
        let standards: [String]

        /// Nil for a line that is no row.
        init?(_ line: Substring) {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count >= 2, cells[0].hasPrefix("`") else { return nil }
            keys = Self.items(cells[0])
            standards = Self.items(cells[1])
        }

        private static func items(_ cell: String) -> [String] {
            cell.split(separator: ",").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
        }
    }

    /// The rows below `| key | default | |`.
    private static func rows() throws -> [Row] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let lines = readme.split(separator: "\n", omittingEmptySubsequences: false)
        let head = try #require(lines.firstIndex { $0.hasPrefix("| key | default |") })
        return lines[(head + 1)...].prefix { $0.hasPrefix("|") }.compactMap(Row.init)
    }

    @Test("the README lists every setting with its default, and no other")
    func readme() throws {
        var documented: [String: String] = [:]
        for row in try Self.rows() {
            #expect(row.standards.count == row.keys.count || row.standards.count == 1, "\(row.keys)")
            for (index, key) in row.keys.enumerated() {
                #expect(documented[key] == nil, "\(key) stands there twice")
                documented[key] = row.standards.count == row.keys.count ? row.standards[index] : row.standards.first
            }
        }
        let table = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.key, $0.standard.description) })
        #expect(Set(documented.keys) == Set(table.keys))
        for (key, standard) in table { #expect(documented[key] == standard, "\(key)") }
    }

    @Test("each setting that is read is in the table, and what check prints for it is the default that stands there")
    func report() async throws {
        let settings = try await Settings.load(arguments: [], environment: [:], file: nil, dotenvPath: "/nonexistent")
        let reported = Dictionary(uniqueKeysWithValues: settings.report.entries.map { ($0.key, $0.value) })
        let table = Setting.all.filter { !$0.key.contains("NAME") }
        #expect(Set(reported.keys) == Set(table.map(\.key)))
        for setting in table {
            let value = setting.key == "http.public-url" ? "http://127.0.0.1:8080" : setting.standard.value
            #expect(reported[setting.key] == .some(value), "\(setting.key)")
        }
    }

    @Test("every default may be given as a value")
    func defaultsAreValues() async throws {
        for setting in Setting.all where !setting.isSecret {
            guard let value = setting.standard.value else { continue }
            let settings = try await Settings.load(
                arguments: [setting.option, value],
                environment: [:],
                file: nil,
                dotenvPath: "/nonexistent"
            )
            let entry = settings.report.entries.first { $0.key == setting.key }
            #expect(entry?.value == value && entry?.origin == "command line", "\(setting.key)")
        }
    }
}
