import ArgumentParser
import Foundation
import NPSModel
import PlanhatAPI

/// The fields of a record as options; checked here before anything is sent.
struct RecordOptions: ParsableArguments {
    @Option(help: "The address of whoever answered.")
    var email: String?

    @Option(help: "A whole number from 0 to 10.")
    var score: String?

    @Option(help: "What the person wrote.")
    var comment: String?

    @Option(help: "The response's id where it was made; the key for upserts.")
    var sourceId: String?

    @Option(help: "Planhat's id of the campaign.")
    var campaign: String?

    @Option(help: "Planhat's id of the company.")
    var company: String?

    @Option(help: "When it was answered, such as 2026-02-03T10:00:05Z.")
    var dateAnswered: String?

    @Option(help: "When the survey was sent.")
    var dateSent: String?

    /// - Throws: a usage error that names the option.
    func draft() throws -> RecordDraft {
        var draft = RecordDraft()
        do {
            draft.email = try email.map { text throws(FieldProblem) in try EmailAddress(text).address }
            draft.score = try score.map { text throws(FieldProblem) in try Score(text: text).value }
        } catch {
            throw ValidationError("--\(error)")
        }
        draft.comment = comment
        draft.sourceId = sourceId
        draft.campaignId = campaign
        draft.companyId = company
        draft.dateAnswered = try date(dateAnswered, "--date-answered")
        draft.dateSent = try date(dateSent, "--date-sent")
        return draft
    }

    private func date(_ text: String?, _ option: String) throws -> Date? {
        guard let text else { return nil }
        guard let date = Timestamp.parse(text) else {
            throw ValidationError("\(option) must be an ISO 8601 date such as 2026-02-03T10:00:05Z.")
        }
        return date
    }
}
