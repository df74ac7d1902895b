import Foundation
import NPSModel

/// A submission, encoded by the caller's task before it reaches the queue's thread.
struct Incoming: Sendable {
    private(set) var id: ResponseID
    /// Under which an earlier version stored a response whose id is a digest of its content; nil for all others.
    let formerID: ResponseID?
    let source: String
    let digest: KeyedDigest
    private let plainDigest: String
    let version: ContentVersion
    let heldUntil: Milliseconds?
    /// Later than the form's time by the millisecond that rounding may have taken from it.
    let formPrintedAt: Milliseconds?
    private(set) var payload: String
    /// What ``payload`` encodes.
    private var response: SurveyResponse
    /// The ``PersonKey`` digest of the address.
    let person: KeyedDigest
    let delivery: String?
    /// ``StoredNotes``; nil when there are none.
    let notes: String?
    let tally: TallyCode
    private let key: PersonKey

    init(_ submission: Submission, _ key: PersonKey) {
        let response =
            submission.hasContentID ? submission.response.identified(as: key.id(of: submission)) : submission.response
        id = response.id
        formerID = submission.hasContentID ? submission.response.id : nil
        source = response.source
        digest = key.keyed(submission.digest)
        plainDigest = submission.digest
        version = ContentVersion(
            updatedAt: submission.updatedAt.map { Milliseconds($0) },
            answeredAt: submission.answeredAt.map { Milliseconds($0) }
        )
        heldUntil = submission.heldUntil.map { Milliseconds($0) }
        formPrintedAt = submission.formPrintedAt.map { Milliseconds($0.addingTimeInterval(0.001)) }
        let content = submission.heldUntil == nil ? response : response.markedSuspect(true)
        self.response = content
        payload = StoredContent(content).json
        person = key.digest(of: content.email)
        delivery = submission.deliveryID
        notes = StoredNotes.json(content.notes, trace: submission.trace)
        tally = TallyCode(Tally(content))
        self.key = key
    }

    func trace(ofContent digest: KeyedDigest, delivery: String?) -> KeyedDigest {
        key.trace(ofContent: digest, delivery: delivery)
    }

    /// Gives a trace that an earlier version wrote the form that this one compares.
    func keyTraces(in lifecycle: inout ResponseLifecycle) {
        guard !lifecycle.superseded.isEmpty else { return }
        let former = key.formerTrace(ofContent: plainDigest, delivery: delivery)
        guard let index = lifecycle.superseded.firstIndex(of: former) else { return }
        lifecycle.superseded[index] = key.trace(ofContent: digest, delivery: delivery)
    }

    /// This response under the id that an earlier version gave it.
    func identified(as id: ResponseID) -> Incoming {
        var copy = self
        copy.id = id
        copy.response = response.identified(as: id)
        return copy
    }

    /// This response as a new one: without an earlier comment that it could keep.
    var alone: Incoming { response.keepsComment ? encoding(response.resolvingComment(nil)) : self }

    /// This response as the one that replaces `content`. If it leaves the comment as it was, it takes over the comment
    /// from there, unless a bot wrote that; a comment that only Planhat has stays there. If Planhat may show a bot's
    /// flag, this one sets it to false.
    func replacing(
        _ content: @autoclosure () -> StoredContent?,
        of old: ResponseLifecycle,
        by new: ResponseLifecycle
    ) -> Incoming {
        var answer = response
        if answer.keepsComment {
            if old.botFlag == .current {
                answer = answer.resolvingComment(nil)
            } else if let content = content(), !content.keepsComment {
                answer = answer.resolvingComment(content.comment)
            }
        }
        return encoding(new.botFlag == .earlier ? answer.markedSuspect(false) : answer)
    }

    private func encoding(_ response: SurveyResponse) -> Incoming {
        guard response != self.response else { return self }
        var copy = self
        copy.response = response
        copy.payload = StoredContent(response).json
        return copy
    }
}
