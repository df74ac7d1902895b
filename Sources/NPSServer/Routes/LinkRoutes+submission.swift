import Foundation
import HTTPTypes
import Hummingbird
import Metrics
import NPSModel
import NPSQueue
import NPSSurvey

/// What is sent to a link: whether it is kept, and which page says so.
extension LinkRoutes {
    func submit(_ request: Request, context: CollectorContext) async throws -> Response {
        let delay = posts.delay(request, context)
        let visit: LinkVisit
        switch open(request, context) {
        case .success(let opened): visit = opened
        case .failure(let refusal): return refusal.response
        }
        let response: Response
        switch try await posts.values(of: request, waiting: delay, in: visit.form) {
        case .success(let values): response = await answer(values, visit)
        case .failure(let refusal): response = refusal.response
        }
        Counter(label: "nps_link_submissions_total", dimensions: [("status", String(response.status.code))]).increment()
        return response
    }

    private func answer(_ sent: FormValues, _ visit: LinkVisit) async -> Response {
        let printedAt = keys.seal.issued(sent, visit.claims)
        let origin = origin(sent, visit, printedAt)
        var values = sent
        // Who corrects a mistake may be quick about it: the form is as old as it was. One without a stamp gets one.
        if printedAt == nil { values.issued = stamp(visit) }
        let submission: Submission
        switch posts.checked(
            values,
            in: visit.form,
            { () throws(InvalidResponse) in
                try sent.check(answering: visit.claims, receivedAt: now(), origin: origin, formPrintedAt: printedAt)
            }
        ) {
        case .success(let checked): submission = checked
        case .failure(let refusal):
            // What was erased is never taken again, so nobody is asked to correct it.
            return await isErased(visit.claims) ? expired(visit.form.language) : refusal.response
        }
        switch await posts.keep(submission, values, in: visit.form) {
        case .success(.unchanged(.erased)): return expired(visit.form.language)
        // A bot must not change what a person said; a person who is quick is asked to send it again.
        case .success(.unchanged(.heldBehindAnswer)): return onceMore(values, visit, .tooManyRequests)
        // Neither must a form from before that answer: scanners keep one for each score.
        case .success(.unchanged(.formOlderThanAnswer)): return onceMore(values, visit, .conflict)
        case .success: return .seeOther(visit.thanks(score: submission.response.score.value))
        case .failure(let refusal): return refusal.response
        }
    }

    /// With all that was typed, and a fresh stamp: with the old one it would come back for ever.
    private func onceMore(_ typed: FormValues, _ visit: LinkVisit, _ status: HTTPResponse.Status) -> Response {
        var values = typed
        values.issued = stamp(visit)
        // Only now it knows of an earlier answer. Without the hint, an empty comment might be meant either way.
        if values.earlierComment == nil, values.comment.isEmpty { values.earlierComment = .unknown }
        let delay = status == .tooManyRequests ? Int(FormSeal.quickest) : nil
        return FormPosts.Refusal(pages.onceMore(values, in: visit.form), status, retryAfter: delay).response
    }

    func stamp(_ visit: LinkVisit) -> String { keys.seal.stamp(visit.claims, at: now()) }

    private func origin(_ values: FormValues, _ visit: LinkVisit, _ printedAt: Date?) -> AnswerOrigin {
        let isOneOfMany = printedAt.map { visits.isBurst(visit.claims.providerID, around: $0) } ?? false
        return isOneOfMany || keys.seal.isMechanical(values, visit.claims, at: now()) ? .bot : .person
    }

    private func isErased(_ claims: LinkClaims) async -> Bool { await item(for: claims)?.state == .erased }
}
