import Foundation
import Logging
import NPSPages
import NPSServer
import NPSSurvey
import TestSupport
import Testing

@testable import NPSApp

@Suite("Surveys that are read again")
struct SurveyReloadTests {
    @Test("are in force as the files are; with a mistake in them the old ones stay, and the log says why")
    func reload() async throws {
        let directory = try TemporaryDirectory(["a.yaml": "brand: Old"])
        let settings = try await load(directory)
        let surveys = try #require(try settings.makeSurveys(adapting: settings.makePages()))
        func brand() -> String? {
            surveys.current.survey(named: "a")?.pages.form(FormValues()).html.firstMatch(of: /brand">(\w+)</).map {
                String($0.1)
            }
        }
        #expect(brand() == "Old")

        try directory.write("brand: New", to: "a.yaml")
        try directory.write("", to: "b.yaml")
        let logs = RecordedLogs(level: .info)
        await SurveyReload(surveys: surveys, logger: logs.logger).renew()
        #expect(brand() == "New" && surveys.current.survey(named: "b") != nil)
        #expect(logs.lines == ["notice surveys read again [\"surveys\": 2]"])

        try FileManager.default.removeItem(atPath: directory.path("b.yaml"))
        let farewell = RecordedLogs(level: .info)
        await SurveyReload(surveys: surveys, logger: farewell.logger).renew()
        #expect(
            farewell.lines.last?.hasPrefix("warning the survey b has no file any more") == true,
            "\(farewell.lines)"
        )

        try directory.write("brnad: Newer", to: "a.yaml")
        try directory.write("open: maybe", to: "b.yaml")
        let complaints = RecordedLogs(level: .info)
        await SurveyReload(surveys: surveys, logger: complaints.logger).renew()
        #expect(brand() == "New")
        #expect(complaints.lines.count == 3, "\(complaints.lines)")
        #expect(complaints.lines.first?.contains("a.yaml:1: brnad is not a known key: did you mean brand?") == true)
        #expect(complaints.lines.last?.contains("stay in force") == true)
    }

    @Test("are listed by the report, and every mistake in them is a problem of the settings")
    func report() async throws {
        let directory = try TemporaryDirectory(["a.yaml": "closes: 2027-01-01T12:00:00Z", "b.yaml": "open: false"])
        let entries = try await load(directory).report.entries.filter { $0.key.hasPrefix("surveys.") }
        #expect(entries.map(\.key) == ["surveys.directory", "surveys.a", "surveys.b"])
        #expect(entries[1].value == "open, closes 2027-01-01T12:00:00.000Z" && entries[2].value == "links only")
        #expect(entries[1].origin == "\(directory.path)/a.yaml")

        try directory.write("opne: 1\nbrand: []", to: "a.yaml")
        let error = await #expect(throws: SettingsError.self) { try await load(directory) }
        #expect(error?.problems.count == 2)
        #expect(error?.problems.first?.contains("a.yaml:1: opne is not a known key: did you mean open?") == true)
    }

    @Test("are read once at a start: the settings hand on what their check has read, and the pages that they adapt")
    func handedOn() async throws {
        let directory = try TemporaryDirectory(["a.yaml": ""])
        let settings = try await load(directory)
        try directory.write("", to: "b.yaml")
        let surveys = try #require(try settings.makeSurveys(adapting: settings.makePages()))
        #expect(surveys.current.surveys.compactMap(\.name) == ["a"])
        try await surveys.reload()
        #expect(surveys.current.surveys.compactMap(\.name) == ["a", "b"])
    }

    private func load(_ directory: TemporaryDirectory) async throws(SettingsError) -> Settings {
        try await Settings.load(
            arguments: ["--surveys-directory", directory.path],
            environment: [:],
            file: nil,
            dotenvPath: "/nonexistent",
            requiring: [.surveys]
        )
    }
}
