package import Foundation
package import NPSModel

/// What must be true of everything that a door lets in, because the rooms behind it rely on it.
package func expectSound(_ result: Result<Submission, InvalidResponse>, receivedAt: Date) throws {
    switch result {
    case .success(let submission): try expectSound(submission.response, receivedAt: receivedAt)
    case .failure(let invalid): try expect(!invalid.problems.isEmpty, "an invalid response has no problem")
    }
}

private func expectSound(_ response: SurveyResponse, receivedAt: Date) throws {
    let email = try? EmailAddress(response.email.address)
    try expect(email == response.email, "an accepted address isn't acceptable")
    try expect((0...10).contains(response.score.value), "a score is outside the scale")
    if let comment = response.comment {
        try expect(!comment.isEmpty && comment.count <= ResponseDraft.Limit.comment, "a comment has no fitting length")
    }
    try expect(response.answeredAt <= receivedAt.addingTimeInterval(86_400), "an answer lies in the future")
    try expectReadable(response.answeredAt)
    if let sentAt = response.sentAt { try expectReadable(sentAt) }
    try expectRoundTrip(response.json)
}

/// A date is stored as text, and comes back as it was.
package func expectReadable(_ date: Date) throws {
    let text = Timestamp.format(date)
    try expect(Timestamp.parse(text) == date, "the date \(text) can't be read again")
}

/// A value is stored as JSON, and comes back as it was.
package func expectRoundTrip(_ value: JSONValue) throws {
    let bytes = value.canonicalBytes
    let again = try? JSONValue(parsing: bytes)
    try expect(again == value, "a JSON value can't be read again")
    try expect(again?.canonicalBytes == bytes, "a JSON value is written in two ways")
}
