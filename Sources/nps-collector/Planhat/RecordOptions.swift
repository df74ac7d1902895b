import ArgumentParser
import Foundation
import NPSModel
import PlanhatAPI

/// The fields of a record as options; checked here before anything is sent.
struct RecordOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: "The address of whoever answered.")
    var email: String?

    @Option(parsing: .unconditional, help: "A whole number from 0 to 10.")
    var score: String?

    @Option(parsing: .unconditional, help: "What the person wrote.")
    var comment: String?

    @Option(parsing: .unconditional, help: "The response's id where it was made; the key for upserts.")
    var sourceId: String?

    @Option(parsing: .unconditional, help: "Planhat's id of the campaign.")
    var campaign: String?

    @Option(parsing: .unconditional, help: "Planhat's id of the company.")
    var company: String?

    @Option(parsing: .unconditional, help: "When it was answered, such as 2026-02-03T10:00:05Z.")
    var dateAnswered: String?

    @Option(parsing: .unconditional, help: "When the survey was sent.")
    var dateSent: String?

    /// An empty comment is sent, because it removes an old one; an empty id would match records that have none.
    ///
    /// - Throws: a usage error that names the option.
    func draft() throws -> RecordDraft {
        var draft = RecordDraft()
        do throws(FieldProblem) {
            if let email { draft.email = try EmailAddress(email).address }
            if let score { draft.score = try Score(text: score).value }
        } catch {
            throw ValidationError("--\(error)")
        }
        draft.comment = comment
        draft.sourceId = try filled(sourceId, "--source-id")
        draft.campaignId = try filled(campaign, "--campaign")
        draft.companyId = try filled(company, "--company")
        draft.dateAnswered = try date(dateAnswered, "--date-answered")
        draft.dateSent = try date(dateSent, "--date-sent")
        return draft
    }

    private func filled(_ text: String?, _ option: String) throws -> String? {
        guard text != "" else { throw ValidationError("\(option) can't be empty.") }
        return text
    }

    private func date(_ text: String?, _ option: String) throws -> Date? {
        guard let text else { return nil }
        guard let date = Timestamp.parse(text) else {
            throw ValidationError("\(option) must be an ISO 8601 date such as 2026-02-03T10:00:05Z.")
        }
        return date
    }
}
