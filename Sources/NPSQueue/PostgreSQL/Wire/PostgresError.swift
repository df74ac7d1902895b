/// Why a statement failed, or why there is no connection.
struct PostgresError: Error, Hashable {
    /// What follows from it.
    enum Meaning: Hashable {
        /// The connection is of no use any more; another one may be. Whether a COMMIT that was sent took effect is
        /// unknown.
        case lost
        /// Nothing was done, and the same transaction may well succeed: a deadlock, or a lock that was held for too long.
        case again
        case diskFull
        /// The server doesn't let this program in: somebody has to change something.
        case refused
        /// The statement itself was wrong.
        case statement
    }

    /// The server's code of five characters; nil when the error was found on this side.
    let code: String?
    /// Without values of a statement, which may be personal data, and without a password.
    let message: String
    /// What a person can do about it, without a full stop; nil where nothing more is known than what the message says.
    let nextStep: String?

    /// Of a lock that wasn't to be had in time.
    static let lockTimeout = "55P03"
    static let missingRight = "42501"

    init(code: String?, message: String, nextStep: String? = nil) {
        self.code = code
        self.nextStep = nextStep
        // The messages of these classes quote values.
        let quotesValues = code.map { $0.hasPrefix("22") || $0.hasPrefix("23") } ?? false
        self.message = quotesValues ? "a value was refused" : Self.line(message)
    }

    var meaning: Meaning {
        switch code {
        case nil: .lost
        // The server's own time limit, and a lock that wasn't to be had within another.
        case "57014", Self.lockTimeout: .again
        case "53100": .diskFull
        // A right that is missing.
        case Self.missingRight: .refused
        case let code?:
            switch code.prefix(2) {
            // 0A: a statement that was prepared before a migration; 25: the server became a standby; 26: a pooler.
            case "08", "0A", "25", "26", "53", "57", "58", "XX": .lost
            case "40": .again
            case "28", "3D": .refused
            default: .statement
            }
        }
    }

    /// Whether the connection was lost for what may be this statement's fault and no other's: a row that can't be read,
    /// or more memory than there is.
    var mayBeOfOneStatement: Bool { code.map { $0 == "53200" || $0.hasPrefix("XX") } ?? false }

    /// libpq ends its messages with a line feed, and says one thing in several lines. Its questions of what one could look
    /// at are left out, because sentences that quote this say that themselves; and so is its advice not to verify the
    /// server.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("\t") || !$0.hasSuffix("?") }
            .filter { !$0.hasPrefix("Either provide the file") }
            .map { $0.trimmingPrefix(while: \.isWhitespace) }
            .map { $0.hasSuffix(".") ? $0.dropLast() : $0 }
            .joined(separator: "; ")
    }
}

extension PostgresError {
    /// Nothing was done, and it is worth another try; by this side's own judgement.
    static func again(_ why: String) -> PostgresError { PostgresError(code: "40001", message: why) }
}

extension PostgresError: CustomStringConvertible {
    var description: String { code.map { "\(message), SQLSTATE \($0)" } ?? message }
}
