import Crypto
import Foundation
import Testing

@testable import NPSModel

/// Stored rows are compared with the digest for more than a year: it must never change.
@Suite("A response's digest")
struct DigestTests {
    /// As it was made from the first version on: from a tree of the response.
    private func digest(byTreeOf response: SurveyResponse, answeredAtIsGiven: Bool, sourceName: String?) throws
        -> String
    {
        guard case .object(var members) = response.json else { throw InvalidResponse([]) }
        if let sourceName { members["source"] = .string(sourceName) }
        if !answeredAtIsGiven { members["answeredAt"] = nil }
        if response.keepsComment { members["comment"] = .null }
        return Hexadecimal.encode(SHA256.hash(data: JSONValue.object(members).canonical))
    }

    private static let texts = [
        "a", "Zoë \"quoted\" \\ back", "line\nbreak\r\n\ttab", "\u{1}\u{1f}\u{7f}\u{2028}", "😀/slash", "",
        String(repeating: "long ", count: 60),
    ]

    private func response(_ numbers: inout some RandomNumberGenerator) throws -> SurveyResponse {
        func text() -> String { Self.texts.randomElement(using: &numbers) ?? "" }
        func perhaps<Value>(_ value: Value) -> Value? { Bool.random(using: &numbers) ? value : nil }
        func date() -> Date { Date(timeIntervalSince1970: .random(in: -1e9...4e9, using: &numbers)) }
        let values: [JSONValue] = [
            .string(text()), .integer(.random(in: -9...9, using: &numbers)), .number(0.5), .null, .bool(true),
            .array([.string(text())]), .object(["b": .null, "a": .string(text())]),
        ]
        let custom = Dictionary(values.map { (text(), $0) }) { first, _ in first }
        return SurveyResponse(
            id: ResponseID(source: text(), providerID: text()),
            source: text(),
            email: try EmailAddress("ana+\(Int.random(in: 0...99, using: &numbers))@bücher.example"),
            score: try #require(Score(.random(in: 0...10, using: &numbers))),
            comment: perhaps(text()),
            keepsComment: .random(using: &numbers),
            answeredAt: date(),
            sentAt: perhaps(date()),
            campaignID: perhaps(text()),
            companyID: perhaps(text()),
            custom: perhaps(custom) ?? [:]
        )
    }

    @Test("a thousand random responses have the digests that they always had", arguments: [1, 2, 3, 4] as [UInt64])
    func unchanged(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<250 {
            let response = try response(&numbers)
            let isGiven = Bool.random(using: &numbers)
            let name = Bool.random(using: &numbers) ? Self.texts.randomElement(using: &numbers) : nil
            let digest = response.digest(answeredAtIsGiven: isGiven, sourceName: name)
            #expect(try digest == self.digest(byTreeOf: response, answeredAtIsGiven: isGiven, sourceName: name))
        }
    }
}

/// Random numbers that are the same in each run.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    }

    /// xorshift64*
    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_f491_4f6c_dd1d
    }
}
