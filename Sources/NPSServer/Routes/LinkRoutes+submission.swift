import Foundation
import HTTPTypes
import Hummingbird
import Metrics
import NPSModel
import NPSQueue
import NPSSurvey

/// Forms sent to a link: whether the answer is stored, and which page says so.
extension LinkRoutes {
    func submit(_ request: Request, context: CollectorContext) async throws -> HTTPAnswer {
        let client = posts.client(request, from: context.peer)
        let visit: LinkVisit
        switch open(request, token: context.parameters.get("token")) {
        case .success(let opened): visit = opened
        case .failure(let refusal):
            // Only who has no genuine link is counted by address.
            if case .failure(let limited) = posts.delay(client, request) { return counted(counters.refused(limited)) }
            return refusal.answer
        }
        let delay: Int?
        switch posts.delay(ofLink: visit.claims.providerID, from: client, request) {
        case .success(let seconds): delay = seconds
        case .failure(let refusal): return counted(counters.refused(refusal))
        }
        let posts = posts.showing(visit.survey.pages)
        switch try await posts.values(of: request, waiting: delay, in: visit.form) {
        case .success(let values):
            let start = ContinuousClock.now
            let answer = await answer(values, visit, posts, from: client)
            counters.answered(answer, since: start)
            return counted(answer)
        case .failure(let refusal):
            return counted(counters.refused(refusal))
        }
    }

    private func counted(_ answer: HTTPAnswer) -> HTTPAnswer {
        Counter(label: "nps_link_submissions_total", dimensions: [("status", String(answer.status.code))]).increment()
        return answer
    }

    private func answer(
        _ sent: FormValues,
        _ visit: LinkVisit,
        _ posts: FormPosts,
        from client: Peer
    ) async -> HTTPAnswer {
        let now = now()
        let printed = seal.printed(sent, visit.claims)
        let phase = visit.survey.phase(at: now, printedAt: printed?.date)
        if let refusal = FormPosts.refusal(of: visit.survey, phase, in: visit.form) { return counters.refused(refusal) }
        let check = BotCheck(
            sent,
            printed: printed,
            opened: visits.opened(visit.claims.providerID),
            client: client.mark,
            at: now
        )
        var values = sent
        // A form that comes back for correction keeps its stamp, so that correcting it quickly isn't taken for a bot.
        // One without a valid stamp gets a new one.
        if printed == nil { values.issued = seal.stamp(visit.claims, at: now) }
        let submission: Submission
        switch posts.checked(
            values,
            in: visit.form,
            { () throws(InvalidResponse) in
                try sent.check(
                    answering: visit.claims,
                    in: visit.survey,
                    receivedAt: now,
                    origin: check.originBehindLink,
                    formPrintedAt: printed?.date
                )
            }
        ) {
        case .success(let checked): submission = checked
        case .failure(let refusal):
            // What was erased is never taken again, so nobody is asked to correct it.
            let refused = counters.refused(refusal)
            return await isErased(visit.claims) ? expired(visit) : refused
        }
        switch await posts.keep(submission, values, in: visit.form, counting: counters) {
        case .success(.unchanged(.erased)):
            counters.outcomes.count(.unchanged)
            return expired(visit)
        // A bot must not change what a person said; a quick person can send it again.
        case .success(.unchanged(.heldBehindAnswer)): return onceMore(values, visit, .tooManyRequests)
        // Nor must a form from before that answer: scanners keep one for each score.
        case .success(.unchanged(.formOlderThanAnswer)): return onceMore(values, visit, .conflict)
        case .success:
            // What may be a bot's is not shown.
            let comment = submission.heldUntil == nil ? submission.response.comment : nil
            let ticket = sentComments.keep(comment, of: visit.path)
            return .seeOther(visit.thanks(score: submission.response.score.value, ticket: ticket))
        case .failure(let refusal):
            // A queue that takes nothing in can't say that it was erased; to be told "try again" would be no help.
            let refused = counters.refused(refusal)
            return await isErased(visit.claims) ? expired(visit) : refused
        }
    }

    /// The form with all that was typed and a fresh stamp; with the old one it would be refused again and again.
    private func onceMore(_ typed: FormValues, _ visit: LinkVisit, _ status: HTTPResponse.Status) -> HTTPAnswer {
        var values = typed
        values.issued = seal.stamp(visit.claims, at: now())
        // The form didn't know of an earlier answer, so an empty comment may mean to keep or to remove the earlier one.
        if values.earlierComment == nil, values.comment.isEmpty { values.earlierComment = .unknown }
        let delay = status == .tooManyRequests ? Int(BotCheck.readingTime) : nil
        return FormPosts.Refusal(visit.survey.pages.onceMore(values, in: visit.form), status, retryAfter: delay).answer
    }

    private func isErased(_ claims: LinkClaims) async -> Bool { await item(for: claims)?.state == .erased }
}
