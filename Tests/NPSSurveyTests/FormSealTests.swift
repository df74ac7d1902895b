import Crypto
import Foundation
import NPSModel
import Testing

@testable import NPSSurvey

@Suite("The stamp of a printed form")
struct FormSealTests {
    private let seal = FormSeal(deriving: [SymmetricKey(size: .bits256)])
    private let claims: LinkClaims
    private let now = Date(timeIntervalSince1970: 1_770_112_805.123)

    init() throws {
        claims = try LinkClaims(
            id: "c-17",
            email: EmailAddress("ana@example.com"),
            expiresAt: Date(timeIntervalSince1970: 1_800_000_000)
        )
    }

    @Test("says when the form was printed and which score was chosen", arguments: [nil, 0, 9, 10])
    func roundTrip(score: Int?) {
        let chosen = score.flatMap { Score($0) }
        for claims in [claims, nil] {
            let values = FormValues(issued: seal.stamp(claims, chosen: chosen, at: now))
            #expect(seal.printed(values, claims) == FormSeal.Printed(at: now, chosen: chosen))
        }
    }

    @Test("is good for one link, or for the open form")
    func scope() {
        #expect(seal.printed(FormValues(issued: seal.stamp(claims, at: now)), nil) == nil)
        #expect(seal.printed(FormValues(issued: seal.stamp(nil, at: now)), claims) == nil)
    }

    @Test("is worth nothing when a part of it is changed, missing or added")
    func forged() {
        let parts = seal.stamp(claims, chosen: Score(9), at: now).split(separator: ".").map(String.init)
        let (time, score, code) = (parts[0], parts[1], parts[2])
        for forged in [
            "", ".", "..", time, code, "\(time).\(code)", "\(time).8.\(code)", "\(time).\(score).",
            "\(time).09.\(code)",
            "\(time)1.\(score).\(code)", "\(time).\(score).\(code)A", "\(time).\(score).\(code).\(code)", "x.9.\(code)",
        ] {
            #expect(seal.printed(FormValues(issued: forged), claims) == nil, "\(forged)")
        }
    }
}
