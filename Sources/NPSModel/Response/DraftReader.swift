import Foundation

/// Reads a draft field by field and collects what is wrong, so that all of it can be fixed at once.
struct DraftReader {
    private struct Flaw {
        let problem: FieldProblem
        /// What is done about it where the response is accepted all the same; nil when that can't be.
        let note: String?
    }

    private let fields: DraftFields
    private let dates: DateFormats
    private var flaws: [Flaw] = []

    init(_ fields: DraftFields, dates: DateFormats) {
        self.fields = fields
        self.dates = dates
    }

    /// All that is wrong, in the order in which the fields were read.
    var problems: [FieldProblem] { flaws.map(\.problem) }

    /// What of the response was cut or left out.
    var notes: [FieldProblem] {
        flaws.compactMap { flaw in flaw.note.map { FieldProblem(field: flaw.problem.field, message: $0) } }
    }

    /// A field's value; nil when it is missing, null or `""`, between which tools make no difference.
    private static func given(_ value: JSONValue?) -> JSONValue? {
        switch value {
        case nil, .null, .string(""): nil
        default: value
        }
    }

    /// A problem with an address or a score: without them there is no response.
    private mutating func refuse(_ problem: FieldProblem) {
        flaws.append(Flaw(problem: problem, note: nil))
    }

    /// A problem with any other field, which is left out unless another note says what is done.
    private mutating func note(_ field: String, _ message: String, instead: String? = nil) {
        let note = instead ?? "is left out, because it \(message)"
        flaws.append(Flaw(problem: FieldProblem(field: field, message: message), note: note))
    }

    mutating func email() -> EmailAddress? {
        guard let value = Self.given(fields.email) else {
            refuse(FieldProblem(field: "email", message: "is missing"))
            return nil
        }
        guard let text = value.string else {
            refuse(FieldProblem(field: "email", message: "must be text"))
            return nil
        }
        do throws(FieldProblem) {
            return try EmailAddress(text)
        } catch {
            refuse(error)
            return nil
        }
    }

    mutating func score() -> Score? {
        guard let value = fields.score else {
            refuse(FieldProblem(field: "score", message: "is missing"))
            return nil
        }
        if case .array(let answers) = value, answers.count > 1 {
            refuse(
                FieldProblem(
                    field: "score",
                    message: "could be any of \(answers.count) answers: name the question, or choose it in a mapping"
                )
            )
            return nil
        }
        do throws(FieldProblem) {
            return try Score(json: value)
        } catch {
            refuse(error)
            return nil
        }
    }

    mutating func comment() -> String? {
        guard let value = Self.given(fields.comment) else { return nil }
        guard let text = value.string else {
            note("comment", "must be text")
            return nil
        }
        var comment = text.trimmed
        if !Self.isShort(comment) {
            note("comment", "is too long: at most 10,000 characters", instead: "was cut at 10,000 characters")
            comment = Self.cut(comment)
        }
        if comment.utf8.contains(0) {
            note("comment", "contains a NUL character", instead: "lost its NUL characters")
            comment = String(String.UnicodeScalarView(comment.unicodeScalars.filter { $0 != "\0" })).trimmed
        }
        return comment.isEmpty ? nil : comment
    }

    /// Characters are counted only when the number of bytes doesn't decide, because counting them is by far the slowest
    /// step of a check.
    private static func isShort(_ comment: String) -> Bool {
        let bytes = comment.utf8.count
        return bytes <= ResponseDraft.Limit.comment
            || (bytes <= byteLimit && comment.count <= ResponseDraft.Limit.comment)
    }

    /// The longest beginning that is short. A single character of more than ``byteLimit`` bytes is none that anybody typed.
    private static func cut(_ comment: String) -> String {
        var result = ""
        var bytes = 0
        for character in comment.prefix(ResponseDraft.Limit.comment) {
            bytes += character.utf8.count
            guard bytes <= byteLimit else { break }
            result.append(character)
        }
        return result.trimmed
    }

    private static let byteLimit = ResponseDraft.Limit.comment * 4

    /// Text or a whole number, since providers use both for ids; no control characters, at most 512 bytes.
    mutating func identifier(_ value: JSONValue?, _ field: String) -> String? {
        guard let value = Self.given(value) else { return nil }
        let text: String
        switch value {
        case .string(let string): text = string
        case .integer(let number): text = String(number)
        default:
            note(field, "must be text or a whole number")
            return nil
        }
        guard text.utf8.count <= ResponseDraft.Limit.identifier else {
            note(field, "is too long: at most 512 bytes")
            return nil
        }
        // Unicode's control characters are those of ASCII and 0x80 to 0x9f.
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }) else {
            note(field, "contains a control character")
            return nil
        }
        return text
    }

    mutating func reference(_ value: JSONValue?, _ field: String, _ kind: PlanhatReference) -> String? {
        guard let text = identifier(value, field) else { return nil }
        guard kind.admits(text) else {
            note(field, kind.rule)
            return nil
        }
        return text
    }

    /// - Parameter latest: the latest date that is accepted, plus one day for clocks that run fast; nil for no bound.
    mutating func date(_ value: JSONValue?, _ field: String, notAfter latest: Date?) -> Date? {
        guard let value = Self.given(value) else { return nil }
        let date: Date
        do throws(DateFormats.Problem) {
            date = try dates.date(value)
        } catch {
            note(field, error.description)
            return nil
        }
        if let latest, date > latest.addingTimeInterval(86_400) {
            note(field, "lies in the future")
            return nil
        }
        return date
    }

    mutating func custom() -> [String: JSONValue] {
        guard let value = Self.given(fields.custom) else { return [:] }
        guard case .object(let properties) = value else {
            note("custom", "must be an object")
            return [:]
        }
        guard value.canonical.count <= ResponseDraft.Limit.custom else {
            note("custom", "is too large: at most 16,384 bytes")
            return [:]
        }
        return properties
    }

    /// A misspelt field would otherwise be lost silently. The message doesn't repeat the name, which is the sender's text.
    mutating func noteUnknownFields() {
        guard fields.unknown > 0 else { return }
        let unknown = "\(fields.unknown) unknown field\(fields.unknown == 1 ? "" : "s")"
        let known = "; known are " + DraftFields.names.joined(separator: ", ")
        note("response", "has " + unknown + known, instead: "had " + unknown + ", left out" + known)
    }
}
