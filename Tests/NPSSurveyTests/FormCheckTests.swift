import Foundation
import NPSModel
import Testing

@testable import NPSSurvey

@Suite("Checking a form")
struct FormCheckTests {
    let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test("a complete form becomes a response of the survey")
    func complete() throws {
        let values = FormValues(email: " Ana@Example.com ", score: "0", comment: " Fine.\n")
        let response = try values.check(receivedAt: now).response
        #expect(response.source == "survey")
        // The same person's later answer is an edit; another person's with the same nonce is a response of their own.
        let later = FormValues(nonce: values.nonce, email: "ana@example.com", score: "7", comment: "")
        #expect(try later.check(receivedAt: now).response.id == response.id)
        let other = FormValues(nonce: values.nonce, email: "bo@example.com", score: "7", comment: "")
        #expect(try other.check(receivedAt: now).response.id != response.id)
        #expect(response.email.address == "Ana@example.com")
        #expect(response.score == Score(0))
        #expect(response.comment == "Fine.")
        #expect(response.answeredAt == now)
    }

    @Test(
        "an address that was pasted with invisible characters or typed full-width is the same person's",
        arguments: [
            "\u{a0}ana@example.com", "ana@example.com\u{200b}", "\u{feff}ana@example.com\t\n", "ａｎａ@example．com",
        ]
    )
    func pastedAddress(text: String) throws {
        let plain = FormValues(email: "ana@example.com", score: "9")
        let response = try FormValues(nonce: plain.nonce, email: text, score: "9").check(receivedAt: now).response
        #expect(response.email.address == "ana@example.com")
        #expect(response.id == (try plain.check(receivedAt: now)).response.id)
        let inside = FormValues(email: text.replacing("@", with: "\u{200b}@"), score: "9")
        let error = #expect(throws: InvalidResponse.self) { try inside.check(receivedAt: now) }
        #expect(error?.problems.map(\.field) == ["email"])
    }

    @Test("a comment that is too long is the person's to shorten")
    func tooLong() {
        let values = FormValues(email: "ana@example.com", score: "9", comment: String(repeating: "ü", count: 10_001))
        let error = #expect(throws: InvalidResponse.self) { try values.check(receivedAt: now) }
        #expect(error?.problems.map(\.field) == ["comment"])
    }

    @Test("the same form a minute later is the same answer")
    func resubmitted() throws {
        let values = FormValues(email: "ana@example.com", score: "9")
        let first = try values.check(receivedAt: now)
        let second = try values.check(receivedAt: now.addingTimeInterval(60))
        #expect(first.response.id == second.response.id)
        #expect(first.digest == second.digest)
    }

    @Test("the same form with another number is an edit of it")
    func edited() throws {
        var values = FormValues(email: "ana@example.com", score: "9")
        let first = try values.check(receivedAt: now)
        values.score = "2"
        let second = try values.check(receivedAt: now)
        #expect(first.response.id == second.response.id)
        #expect(first.digest != second.digest)
    }

    @Test("an empty form names both fields it lacks")
    func empty() {
        let error = #expect(throws: InvalidResponse.self) { try FormValues().check(receivedAt: now) }
        #expect(error?.problems.map(\.field) == ["email", "score"])
    }

    @Test("a comment of 10,000 characters fits")
    func longestComment() throws {
        let values = FormValues(email: "ana@example.com", score: "9", comment: String(repeating: "ü", count: 10_000))
        #expect(try values.check(receivedAt: now).response.comment?.count == 10_000)
    }
}
