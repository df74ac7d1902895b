import Foundation
import NPSModel

/// A submission, encoded by the caller's task before it reaches the queue's thread.
struct Incoming: Sendable {
    private(set) var id: String
    /// Under which an earlier version stored a response whose id is a digest of its content; nil for all others.
    let formerID: String?
    let source: String
    /// Keyed, as it is stored.
    let digest: String
    private let plainDigest: String
    let version: ContentVersion
    let heldUntil: Milliseconds?
    /// Later than the form's time by the millisecond that rounding may have taken from it.
    let formPrintedAt: Milliseconds?
    private(set) var payload: String
    /// Nil when the answer leaves the comment as it was: then the full content is not known here.
    private(set) var contentDigest: String?
    /// What ``payload`` encodes.
    private var response: SurveyResponse
    /// The ``PersonKey`` digest of the address.
    let person: String
    let delivery: String?
    /// `SurveyResponse/notes` as JSON; nil when there are none.
    let notes: String?
    private let key: PersonKey

    init(_ submission: Submission, _ key: PersonKey) {
        let response = submission.response.identified(as: key.id(of: submission))
        id = response.id.rawValue
        formerID = submission.hasContentID ? submission.response.id.rawValue : nil
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
        contentDigest = content.contentDigest.map(key.keyed)
        person = key.digest(of: content.email)
        delivery = submission.deliveryID
        notes = StoredNotes.json(content.notes)
        self.key = key
    }

    func trace(ofContent digest: String, delivery: String?) -> String {
        key.trace(ofContent: digest, delivery: delivery)
    }

    /// Gives the digests in a row that an earlier version wrote the form that this one compares.
    func keyDigests(in lifecycle: inout ResponseLifecycle) {
        lifecycle.digest = key.keyed(lifecycle.digest)
        let former = key.trace(ofContent: plainDigest, delivery: delivery)
        guard let index = lifecycle.superseded.firstIndex(of: former) else { return }
        lifecycle.superseded[index] = key.trace(ofContent: digest, delivery: delivery)
    }

    /// This response under the id that an earlier version gave it.
    func identified(as id: String) -> Incoming {
        guard let known = ResponseID(rawValue: id) else { return self }
        var copy = self
        copy.id = id
        copy.response = response.identified(as: known)
        copy.contentDigest = copy.response.contentDigest.map(key.keyed)
        return copy
    }

    /// This response as a new one: without an earlier comment that it could keep.
    var alone: Incoming { encoding(response.resolvingComment(nil)) }

    /// This response as the one that replaces `content`. If it leaves the comment as it was, it takes over the comment
    /// from there, unless a bot wrote that; a comment that only Planhat has stays there. If Planhat may show a bot's
    /// flag, this one sets it to false.
    func replacing(
        _ content: @autoclosure () throws -> StoredContent?,
        of old: ResponseLifecycle,
        by new: ResponseLifecycle
    ) rethrows -> Incoming {
        var answer = response
        if answer.keepsComment {
            if old.botFlag == .current {
                answer = answer.resolvingComment(nil)
            } else if let content = try content(), !content.keepsComment {
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
        copy.contentDigest = response.contentDigest.map(key.keyed)
        return copy
    }
}
