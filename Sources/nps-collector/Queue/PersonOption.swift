import ArgumentParser
import NPSModel

/// Narrows a listing down to one person's responses.
struct PersonOption: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: "Only this person's; - reads the address from standard input, out of the shell's history."
    )
    var email: String?

    /// Nil for everybody's. Reads standard input where that is asked for, so ask once.
    func address() throws -> EmailAddress? {
        try email.map { try EmailAddress(option: $0) }
    }
}
