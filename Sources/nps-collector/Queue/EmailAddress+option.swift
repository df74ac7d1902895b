import ArgumentParser
import NPSModel

extension EmailAddress {
    /// The value of an option `--email`; `-` stands for the first line of standard input, out of the shell's history.
    init(option text: String) throws {
        let text = text == "-" ? readLine(strippingNewline: true) ?? "" : text
        do throws(FieldProblem) { try self.init(text) } catch { throw ValidationError("--\(error)") }
    }
}
