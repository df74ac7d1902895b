import ArgumentParser
import NPSApp
import NPSModel

/// What an unknown word was probably meant to be.
enum Misspelling {
    /// A sentence about the first word that should be a verb and isn't; nil when all are.
    static func verb(in words: [String], of root: any ParsableCommand.Type) -> String? {
        var (command, path) = (root, root._commandName)
        for word in words {
            let verbs = command.configuration.subcommands
            guard !verbs.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
            guard let next = verbs.first(where: { $0._commandName == word }) else {
                let names = verbs.map { $0._commandName }
                let hint =
                    Spelling.nearest(word, among: names).map { "Did you mean '\($0)'?" }
                    ?? "There are \(names.joined(separator: ", "))."
                return "Error: '\(word)' is no verb of \(path). \(hint)\n  See '\(path) --help' for more information."
            }
            command = next
            path += " " + word
        }
        return nil
    }

    /// The parser's message, extended by the setting that an unknown option resembles; nil when it resembles none. The
    /// parser itself knows only the verb's own options.
    static func setting(in words: [String], refused message: String) -> String? {
        guard !message.contains("Did you mean") else { return nil }
        for word in words where word.hasPrefix("--") {
            let name = String(word.prefix { $0 != "=" })
            let refusal = "Unknown option '\(name)'"
            guard message.contains(refusal), let option = Spelling.nearest(name, among: Setting.all.map(\.option))
            else { continue }
            return message.replacing(refusal, with: refusal + ". Did you mean '\(option)'?")
        }
        return nil
    }
}
