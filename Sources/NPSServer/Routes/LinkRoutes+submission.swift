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
        let earlier = await item(for: visit.claims)
        // What was erased is never taken again, and a thank-you for it would be a lie.
        if earlier?.state == .erased { return expired(visit.form.language) }
        let issued = keys.seal.issued(sent, visit.claims)
        let origin = origin(sent, visit, earlier, issued)
        var values = sent
        // Who mends a mistake may be quick about it: the form is as old as it was. One without a stamp gets one.
        if issued == nil { values.issued = stamp(visit) }
        let submission: Submission
        switch posts.checked(
            values,
            in: visit.form,
            { () throws(InvalidResponse) in
                try sent.check(answering: visit.claims, receivedAt: now(), origin: origin)
            }
        ) {
        case .success(let checked): submission = checked
        case .failure(let refusal): return refusal.response
        }
        let thanks = visit.thanks(score: submission.response.score.value)
        if let earlier {
            if await isSaid(sent, visit, by: origin) { return .seeOther(thanks) }
            // A machine must not change what a person said; a person who is quick is asked to send it again.
            if submission.heldUntil != nil { return onceMore(values, visit, .tooManyRequests) }
            // Neither must a form from before that answer: scanners keep one for each score.
            if !earlier.isMechanical, let issued, issued.addingTimeInterval(0.001) < earlier.receivedAt {
                return onceMore(values, visit, .conflict)
            }
        }
        switch await posts.keep(submission, values, in: visit.form) {
        case .success: return .seeOther(thanks)
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

    /// A double click: the answer stands there already, or it stands there as a person's, whose first click may have
    /// taken a machine's flag back. False as well when the queue can't tell.
    private func isSaid(_ sent: FormValues, _ visit: LinkVisit, by origin: AnswerOrigin) async -> Bool {
        for origin in Set([origin, .person, .personAfterMachine]) {
            let submission = try? sent.check(answering: visit.claims, receivedAt: now(), origin: origin)
            if let submission, (try? await queue.has(submission)) == true { return true }
        }
        return false
    }

    func stamp(_ visit: LinkVisit) -> String { keys.seal.stamp(visit.claims, at: now()) }

    private func origin(
        _ values: FormValues,
        _ visit: LinkVisit,
        _ earlier: QueueItem?,
        _ issued: Date?
    ) -> AnswerOrigin {
        let isOneOfMany = issued.map { visits.isBurst(visit.claims.providerID, around: $0) } ?? false
        if isOneOfMany || keys.seal.isMechanical(values, visit.claims, at: now()) {
            return .mechanical(grace: AnswerOrigin.grace)
        }
        // What is still held never got out, so there is no flag to take back.
        return earlier?.isSuspect == true && earlier?.heldUntil == nil ? .personAfterMachine : .person
    }
}
