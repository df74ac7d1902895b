import Configuration
import Foundation
import NPSModel
import NPSServer
import SystemPackage
import Yams

extension Settings {
    /// What a verb needs beyond settings that are valid.
    package enum Requirement: Sendable {
        case planhatToken
        /// Every webhook source must be usable.
        case webhookSources
        /// Every survey of `surveys.directory` must be usable.
        case surveys
        /// The queue is one side of a move: `queue.payload-key` beside a file is for the other.
        case sideOfMove
    }

    /// Reads and checks everything. Precedence: command line, environment, `.env` in the working directory, the YAML
    /// file, default.
    ///
    /// - Parameters:
    ///   - arguments: `--http-port 8080` and so on; other words are refused.
    ///   - file: the `--config` file; nil for none.
    package static func load(
        arguments: [String],
        environment: [String: String],
        file: String?,
        dotenvPath: String = ".env",
        requiring requirements: Set<Requirement> = []
    ) async throws(SettingsError) -> Settings {
        var problems = unknownOptions(arguments)
        var layers = [
            SettingsLayer(
                name: "command line",
                snapshot: CommandLineArgumentsProvider(arguments: ["nps-collector"] + arguments).snapshot(),
                place: { Setting.option(for: $0) }
            ),
            SettingsLayer(
                name: "environment",
                snapshot: EnvironmentVariablesProvider(environmentVariables: environment).snapshot(),
                place: { Setting.variable(for: $0) + " in the environment" }
            ),
        ]
        var remarks = Misspelled.remarks(on: environment.keys) { _ in "in the environment" }
        var names = Set(sourceNames(arguments: arguments) + sourceNames(environment: environment))
        if let dotenv = DotEnvironment.read(at: dotenvPath) {
            problems += dotenv.problems
            names.formUnion(sourceNames(environment: dotenv.variables))
            let provider = EnvironmentVariablesProvider(environmentVariables: dotenv.variables)
            let place: @Sendable (String) -> String = { variable in
                ".env" + (dotenv.lines[variable].map { ":\($0)" } ?? "")
            }
            layers.append(
                SettingsLayer(
                    name: ".env",
                    snapshot: provider.snapshot(),
                    place: { place(Setting.variable(for: $0)) }
                )
            )
            remarks += Misspelled.remarks(on: dotenv.variables.keys) { "in " + place($0) }
        } else {
            problems.append(".env can't be read: \(UnreadableFile(at: dotenvPath)).")
        }
        if let file {
            do throws(SettingsError) {
                let yaml = try YAMLSettings(path: file)
                problems += yaml.problems
                names.formUnion(yaml.sourceNames)
                layers.append(yaml.layer)
            } catch {
                // Without the file, what else would be said of it might be false.
                throw SettingsError(problems + error.problems)
            }
        }
        var reader = SettingsReader(layers: layers)
        reader.remark(remarks)
        for problem in problems { reader.note(problem) }
        let settings = read(&reader, sourceNames: names.sorted(), requirements: requirements)
        // What is missing may be there under a misspelt name.
        guard reader.problems.isEmpty, let settings else { throw SettingsError(reader.problems + remarks) }
        return settings
    }

    private static func unknownOptions(_ arguments: [String]) -> [String] {
        var problems: [String] = []
        var expectsValue = false
        var given: Set<Substring> = []
        for argument in arguments {
            if argument.hasPrefix("--") {
                let name = argument.prefix { $0 != "=" }
                // The values of both would be one list.
                if !given.insert(name).inserted {
                    problems.append("\(name) is given more than once: give it once, a list with commas.")
                }
                if !isOption(name) {
                    let hint = Spelling.nearest(String(name), among: Setting.all.map(\.option))
                    let advice = hint.map { ": did you mean \($0)?" } ?? "; --help lists them."
                    problems.append("\(name) is not an option" + advice)
                }
                expectsValue = true
            } else if !expectsValue {
                problems.append("\"\(argument)\" stands where an option such as --http-port is expected.")
            }
        }
        return problems
    }

    /// Whether a word such as `--http-port` names a setting.
    package static func isOption(_ name: some StringProtocol) -> Bool {
        if sourceName(option: name) != nil { return true }
        return Setting.all.contains { name == $0.option || ($0.isSecret && name == $0.option + "-file") }
    }

    /// `acme` of `--webhooks-acme-secrets` and `--webhooks-acme-secrets-file`.
    private static func sourceName(option: some StringProtocol) -> String? {
        var name = option.hasSuffix("-file") ? option.dropLast(5) : option[...]
        guard name.hasPrefix("--webhooks-"), name.hasSuffix("-secrets"), name.count > 19 else { return nil }
        name = name.dropFirst(11).dropLast(8)
        return String(name)
    }

    private static func sourceNames(arguments: [String]) -> [String] {
        arguments.compactMap { sourceName(option: $0.prefix { $0 != "=" }) }
    }

    /// Whether it is the variable of a source's secrets, whatever the source's name.
    static func namesSource(_ variable: String) -> Bool { !sourceNames(environment: [variable: ""]).isEmpty }

    /// `WEBHOOKS_HELP_SCOUT_SECRETS` means `help-scout`: source names are lower-case with hyphens.
    private static func sourceNames(environment: [String: String]) -> [String] {
        environment.keys.compactMap { variable in
            sourceName(option: "--" + variable.lowercased().replacing("_", with: "-"))
        }
    }
}

/// Everything that is wrong with the configuration, at once; the program exits with 78 (`EX_CONFIG`).
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Each a sentence that names the key or file, never a secret's value.
    package let problems: [String]

    package init(_ problems: [String]) {
        self.problems = problems
    }

    package var description: String {
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        return "The configuration has \(count):\n" + problems.map { "  - " + $0 }.joined(separator: "\n")
    }
}
