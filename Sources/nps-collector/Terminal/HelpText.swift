import ArgumentParser
import Foundation

/// What the parser's texts lack: it knows neither the settings nor which verb refuses its input while it runs.
enum HelpText {
    /// The parser breaks longer lines itself, and lets what follows begin at the left edge.
    static let columns = 78

    /// The text in lines of at most ``columns`` characters, as far as its words allow it.
    ///
    /// - Parameters:
    ///   - label: what the first line begins with.
    ///   - indent: how far the other lines are indented.
    static func wrapped(_ text: String, after label: String, indent: Int) -> String {
        var lines: [String] = []
        var line = label
        var isStart = true
        for word in text.split(separator: " ") {
            if !isStart, line.count + 1 + word.count > columns {
                lines.append(line)
                (line, isStart) = (String(repeating: " ", count: indent), true)
            }
            line += (isStart ? "" : " ") + word
            isStart = false
        }
        return (lines + [line]).joined(separator: "\n")
    }

    /// The parser's help with the option `--config`, which is taken out of the command line before the parser sees it.
    static func withConfig(_ help: String) -> String {
        let option = """

              --config <file>         The YAML file with the settings, each of which may be an
                                      option as well: see nps-collector check --help.
            """
        guard let place = help.range(of: "\n  -h, --help ", options: .backwards) else { return help }
        return String(help[..<place.lowerBound]) + option + String(help[place.lowerBound...])
    }

    /// A mistake that a verb finds while it runs, in the form of those that the parser finds.
    static func refusal(
        _ message: String,
        by verb: any ParsableCommand.Type,
        of root: any ParsableCommand.Type
    ) -> String {
        let words = path(to: verb, from: root) ?? root._commandName
        return "Error: \(message)\nUsage: \(root.usageString(for: verb))\n  See '\(words) --help' for more information."
    }

    private static func path(to verb: any ParsableCommand.Type, from command: any ParsableCommand.Type) -> String? {
        if ObjectIdentifier(verb) == ObjectIdentifier(command) { return command._commandName }
        for subcommand in command.configuration.subcommands {
            if let rest = path(to: verb, from: subcommand) { return command._commandName + " " + rest }
        }
        return nil
    }
}
