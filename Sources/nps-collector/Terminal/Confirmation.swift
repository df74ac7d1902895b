import ArgumentParser
import Foundation

/// The question before something that can't be undone.
enum Confirmation {
    /// Throws unless it is answered with yes, and where nobody can be asked.
    ///
    /// - Parameters:
    ///   - what: is done, without the end of the sentence.
    ///   - doing: the same in a word.
    ///   - nothing: says that nothing was done.
    static func ask(_ what: String, _ doing: String, otherwise nothing: String) throws {
        guard isatty(STDIN_FILENO) == 1 else {
            throw ValidationError("\(doing) can't be undone: give --yes, as there is no terminal to ask on.")
        }
        Output.note("\(what), and can't be undone. Type yes to go on: ")
        guard readLine(strippingNewline: true) == "yes" else { throw Stop(.failure, nothing) }
    }
}
