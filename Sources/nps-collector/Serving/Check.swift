import ArgumentParser
import Foundation
import NPSApp
import NPSQueue
import NPSServer
import NPSWebhooks

/// `check`: what is in force, and where each value came from.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the settings and print them with where each came from; secrets are not shown.",
        discussion: CommandLineSettings.help()
    )

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Send a trial to alerts.url, and say what came back, instead of printing the settings.")
    var alerts = false

    func run() async throws {
        let settings = try await CommandLineSettings.load(requiring: [.planhatToken, .webhookSources, .surveys])
        if alerts { return try await Self.tryAlerts(settings) }
        var problems: [Stop] = []
        var warnings = settings.warnings
        var findings: [String] = []
        switch settings.queue.store {
        case .file(let path):
            problems += Self.problems(ofQueueAt: path).map { Stop(.configuration, $0) }
            if let restoration = Restoration.known(ofFile: path) { findings.append("\(restoration)") }
        case .postgres(let address):
            do throws(QueueError) {
                findings.append(try PostgresFindings(of: address).sentence)
            } catch {
                problems.append(Stop(Stop(error).code, "queue.url: \(error)"))
            }
        }
        problems += settings.listenProblems.map { Stop($0) }
        do {
            _ = try settings.makePages()
        } catch {
            problems.append(Stop(.configuration, error.description))
        }
        let certificates = settings.tls.map { CertificateCheck($0, host: settings.http.publicURL.host, at: Date()) }
        if let certificates {
            findings += certificates.findings
            // They may be there in a moment: serve is started again until they are.
            problems += certificates.problems.map { Stop(.unreachable, $0) }
        }
        guard problems.isEmpty else {
            // What doesn't pass by itself keeps the collector from starting, whatever becomes of the rest.
            let passes = problems.allSatisfy { $0.code == .unreachable }
            let sentences = problems.map(\.message).joined(separator: "\n")
            throw Stop(passes ? .unreachable : .configuration, sentences)
        }
        for finding in findings { Output.note("\(finding)\n") }
        if let certificates { warnings += certificates.warnings }
        warnings += try settings.makeCatalogue().warnings(isEncrypted: settings.tls != nil)
        warnings += [settings.challengeWarning(isRedirecting: settings.http.redirectPort != nil)].compactMap(\.self)
        for warning in warnings { Output.note("warning: \(warning)\n") }
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

    private static func tryAlerts(_ settings: Settings) async throws {
        guard let trial = AlertTrial(settings) else {
            throw Stop(.configuration, "alerts.url isn't set, so nobody is told: say where alerts go.")
        }
        if let problem = await trial.run() { throw Stop(.unreachable, problem) }
        Output.text("The trial was taken. Look whether somebody sees it.")
    }

    /// What keeps a collector from starting with a file: what has to be done first. Creates and locks nothing, since a
    /// collector may be using it.
    static func problems(ofQueueAt path: String) -> [String] {
        if let problem = problem(ofDirectoryOf: path, key: "queue.url", what: "the queue") { return [problem] }
        let files = FileManager.default
        guard files.fileExists(atPath: path) else { return [] }
        guard !isDirectory(path) else { return ["queue.url: \(path) is a directory: name a file in it."] }
        let unusable = ["", ".lock", ".epoch"].map { path + $0 }.first { name in
            files.fileExists(atPath: name) && access(name, R_OK | W_OK) != 0
        }
        if let unusable { return ["queue.url: this user can't read and write \(unusable): give it to them."] }
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        let head = (try? file.read(upToCount: sqliteHead.count)) ?? Data()
        guard head.isEmpty || head == sqliteHead else {
            return ["queue.url: \(path) is no SQLite database: name another file, or one that isn't there yet."]
        }
        return QueueError.refusal(ofFile: path).map { ["queue.url: \($0)"] } ?? []
    }

    /// How every SQLite database begins (its file format, §1.3); a new one is empty.
    private static let sqliteHead = Data("SQLite format 3\u{0}".utf8)

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
