import ArgumentParser
import Foundation
import NPSApp

/// The settings on the command line, such as `--http-port 9000`, and the words that are left for the verbs.
///
/// Taken out first, so that every verb takes every setting and the list of them stands in one place.
struct CommandLineSettings: Sendable {
    @TaskLocal static var current = CommandLineSettings()

    /// `--http-port`, `9000`, …: what `Settings/load(arguments:environment:file:requiring:)` takes.
    private(set) var settings: [String] = []
    /// The file of `--config`.
    private(set) var file: String?
    private(set) var rest: [String] = []

    private init() {}

    init(_ words: [String]) throws {
        var words = words[...]
        while let word = words.popFirst() {
            if word == "--" {
                rest += [word] + words
                break
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard word.hasPrefix("--"), parts[0] == "--config" || Settings.isOption(parts[0]) else {
                rest.append(word)
                continue
            }
            guard let value = parts.count == 2 ? parts[1] : words.popFirst() else {
                throw Stop(.usage, "Error: \(parts[0]) needs a value.")
            }
            if parts[0] == "--config" { file = value } else { settings += [parts[0], value] }
        }
    }

    /// Reads and checks every setting; a problem ends the program with 78.
    static func load(requiring requirements: Set<Settings.Requirement> = []) async throws -> Settings {
        do {
            return try await Settings.load(
                arguments: current.settings,
                environment: ProcessInfo.processInfo.environment,
                file: current.file,
                requiring: requirements
            )
        } catch {
            throw Stop(.configuration, error.description)
        }
    }

    /// The same settings with another queue, for the other side of a move.
    ///
    /// - Parameters:
    ///   - url: in the place of `queue.url`.
    ///   - file: in the place of `queue.password`; nil to leave that.
    static func load(queueURL url: String, passwordFile file: String?) async throws -> Settings {
        var line = current
        line.replace("--queue-url", with: ["--queue-url", url])
        if let file {
            line.replace("--queue-password", with: [])
            line.replace("--queue-password-file", with: ["--queue-password-file", file])
        }
        return try await $current.withValue(line) { try await load(requiring: [.sideOfMove]) }
    }

    /// - Parameter pair: the option and its value; empty for none.
    private mutating func replace(_ option: String, with pair: [String]) {
        var kept: [String] = []
        for start in stride(from: 0, to: settings.count, by: 2) where settings[start] != option {
            kept += settings[start..<min(start + 2, settings.count)]
        }
        settings = kept + pair
    }

    /// The settings with their defaults, for `--help`.
    ///
    /// - Parameter groups: the first components of their keys; nil = all settings.
    static func help(of groups: [String]? = nil) -> String {
        let settings = Setting.all.filter { setting in groups?.contains { setting.key.hasPrefix($0 + ".") } ?? true }
        let indent = 4 + (settings.map(\.option.count).max() ?? 0)
        let lines = settings.map { setting in
            HelpText.wrapped(
                "\(setting.meaning) (\(setting.standard))",
                after: "  " + setting.option.padding(toLength: indent - 2, withPad: " ", startingAt: 0),
                indent: indent
            )
        }
        return """
            SETTINGS (--http-port is HTTP_PORT in the environment and http: {port:} in
            the file of --config FILE; a secret KEY may be given as KEY-file):
            """ + "\n" + lines.joined(separator: "\n")
    }
}
