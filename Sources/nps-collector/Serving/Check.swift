import ArgumentParser
import Foundation
import NPSApp
import NPSQueue
import NPSServer

/// `check`: what is in force, and where each value came from.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the settings and print them with where each came from; secrets are not shown.",
        discussion: CommandLineSettings.help()
    )

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let settings = try await CommandLineSettings.load(requiring: [.planhatToken, .webhookSources])
        var problems: [String] = []
        var findings: [String] = []
        var code = Stop.Code.configuration
        switch settings.queue.store {
        case .file(let path):
            problems += Self.problems(ofQueueAt: path)
            if let restoration = Restoration.known(ofFile: path) { findings.append("\(restoration)") }
        case .postgres(let address):
            do throws(QueueError) {
                findings.append(try PostgresFindings(of: address).sentence)
            } catch {
                problems.append("queue.url: \(error)")
                code = Stop(error).code
            }
        }
        if case .unixSocket(let file) = settings.http.address { problems += Self.problems(ofSocketAt: file.path) }
        do {
            _ = try settings.makePages()
        } catch {
            problems.append(error.description)
        }
        guard problems.isEmpty else {
            // With several, something else is wrong than a database that is away.
            throw Stop(problems.count == 1 ? code : .configuration, problems.joined(separator: "\n"))
        }
        for finding in findings { Output.note("\(finding)\n") }
        for warning in settings.warnings { Output.note("warning: \(warning)\n") }
        if json {
            try Output.json(settings.report.entries)
        } else {
            var table = Table(["setting", "value", "from"])
            for entry in settings.report.entries {
                table.add([entry.key, entry.value ?? "-", entry.origin])
            }
            Output.text(table.render(), terminator: "")
        }
    }

    /// Creates and locks nothing, since a collector may be using it.
    static func problems(ofQueueAt path: String) -> [String] {
        if let problem = problem(ofDirectoryOfQueueAt: path) { return [problem] }
        let files = FileManager.default
        guard files.fileExists(atPath: path) else { return [] }
        guard !isDirectory(path) else { return ["queue.url: \(path) is a directory: name a file in it."] }
        guard files.isWritableFile(atPath: path), let file = FileHandle(forReadingAtPath: path) else {
            return ["queue.url: this user can't read and write \(path): give it to them."]
        }
        let head = (try? file.read(upToCount: sqliteHead.count)) ?? Data()
        guard head.isEmpty || head == sqliteHead else {
            return ["queue.url: \(path) is no SQLite database: name another file, or one that isn't there yet."]
        }
        return QueueError.move(ofFile: path).map { ["queue.url: \($0)"] } ?? []
    }

    /// Why the queue can't have a file there: what has to be done first. Nil when it can.
    static func problem(ofDirectoryOfQueueAt path: String) -> String? {
        problem(ofDirectoryOf: path, key: "queue.url", what: "the queue")
    }

    /// How every SQLite database begins (its file format, §1.3); a new one is empty.
    private static let sqliteHead = Data("SQLite format 3\u{0}".utf8)

    private static func problems(ofSocketAt path: String) -> [String] {
        if let problem = problem(ofDirectoryOf: path, key: "http.unix-socket", what: "the socket") { return [problem] }
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        guard type == nil || type == .typeSocket else {
            return ["http.unix-socket: \(path) is there already and is no socket: remove it, or name another."]
        }
        return []
    }

    private static func problem(ofDirectoryOf path: String, key: String, what: String) -> String? {
        let directory = URL(filePath: path).deletingLastPathComponent().path
        guard isDirectory(directory) else {
            return "\(key): there is no directory \(directory) for \(what): make it."
        }
        guard FileManager.default.isWritableFile(atPath: directory) else {
            return "\(key): this user can't write to the directory \(directory): give it to them."
        }
        return nil
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
