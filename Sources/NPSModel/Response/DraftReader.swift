import Foundation

/// Reads a draft field by field and collects what is wrong, so that all of it can be fixed at once.
struct DraftReader {
    let members: [String: JSONValue]
    let dates: DateFormats
    private(set) var problems: [FieldProblem] = []

    init(members: [String: JSONValue], dates: DateFormats) {
        self.members = members
        self.dates = dates
    }

    /// The field's value; nil when it is missing, null or `""`, between which tools make no difference.
    private func value(_ field: String) -> JSONValue? {
        guard let value = members[field], !value.isNull, value != .string("") else { return nil }
        return value
    }

    private mutating func note(_ field: String, _ message: String) {
        problems.append(FieldProblem(field: field, message: message))
    }

    mutating func email() -> EmailAddress? {
        guard let value = value("email") else {
            note("email", "is missing")
            return nil
        }
        guard let text = value.string else {
            note("email", "must be text")
            return nil
        }
        do throws(FieldProblem) {
            return try EmailAddress(text)
        } catch {
            problems.append(error)
            return nil
        }
    }

    mutating func score() -> Score? {
        guard let value = members["score"] else {
            note("score", "is missing")
            return nil
        }
        if case .array(let answers) = value, answers.count > 1 {
            note("score", "could be any of \(answers.count) answers: name the question, or choose it in a mapping")
            return nil
        }
        do throws(FieldProblem) {
            return try Score(json: value)
        } catch {
            problems.append(error)
            return nil
        }
    }

    mutating func comment() -> String? {
        guard let value = value("comment") else { return nil }
        guard let text = value.string else {
            note("comment", "must be text")
            return nil
        }
        let trimmed = text.trimmed
        guard Self.isShort(trimmed) else {
            note("comment", "is too long: at most 10,000 characters")
            return nil
        }
        guard trimmed.unicodeScalars.allSatisfy({ $0 != "\0" }) else {
            note("comment", "contains a NUL character")
            return nil
        }
        return trimmed.isEmpty ? nil : trimmed
    }

    /// Characters are counted only when the number of bytes doesn't decide, because counting them is by far the slowest
    /// step of a check.
    private static func isShort(_ comment: String) -> Bool {
        let limit = ResponseDraft.Limit.comment
        let bytes = comment.utf8.count
        return bytes <= limit || (bytes <= limit * 4 && comment.count <= limit)
    }

    /// Text or a whole number, since providers use both for ids; no control characters, at most 512 bytes.
    mutating func identifier(_ field: String) -> String? {
        guard let value = value(field) else { return nil }
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

    mutating func reference(_ field: String, _ kind: PlanhatReference) -> String? {
        guard let text = identifier(field) else { return nil }
        guard kind.admits(text) else {
            note(field, kind.rule)
            return nil
        }
        return text
    }

    /// - Parameter latest: the latest date that is accepted, plus one day for clocks that run fast; nil for no bound.
    mutating func date(_ field: String, notAfter latest: Date?) -> Date? {
        guard let value = value(field) else { return nil }
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
        guard let value = value("custom") else { return [:] }
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

    private static let fields: Set = [
        "id", "email", "score", "comment", "answeredAt", "sentAt", "updatedAt", "campaignId", "companyId", "custom",
    ]

    /// A misspelt field would otherwise be lost silently. The message doesn't repeat the name, which is the sender's text.
    mutating func refuseUnknownFields() {
        let unknown = members.keys.count { !Self.fields.contains($0) }
        guard unknown > 0 else { return }
        note(
            "response",
            "has \(unknown) unknown field\(unknown == 1 ? "" : "s"); known are "
                + Self.fields.sorted().joined(separator: ", ")
        )
    }
}
