import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Base64")
struct Base64Tests {
    @Test("every length survives in both alphabets, padded or not", arguments: 0..<66)
    func roundTrip(length: Int) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 251 &+ 3) }
        for alphabet in [Base64.Alphabet.standard, .urlSafe] {
            let text = Base64.encode(bytes, alphabet)
            #expect(Base64.decode(text, alphabet) == bytes)
            #expect(Base64.decode(text.replacing("=", with: ""), alphabet) == bytes)
        }
    }

    @Test("the alphabets are not mixed up")
    func alphabets() {
        #expect(Base64.decode("-_-_", .standard) == nil)
        #expect(Base64.decode("+/+/", .urlSafe) == nil)
        #expect(Base64.decode("-_-_", .urlSafe) == Base64.decode("+/+/", .standard))
    }

    @Test(
        "nonsense is nil",
        arguments: ["A", "AAAAA", "AA=", "AAA==", "A===", "====", "AA=A", "AA A", "AA\nA", "ÄÄÄÄ", "=AAA"]
    )
    func nonsense(text: String) {
        #expect(Base64.decode(text, .standard) == nil)
    }

    @Test("text of four characters is what Foundation makes of it")
    func foundation() {
        let characters = ["A", "B", "Q", "z", "9", "+", "/", "=", "-", " "]
        for first in characters {
            for second in characters {
                for third in characters {
                    for fourth in characters {
                        let text = first + second + third + fourth
                        // Foundation accepts padding in the middle.
                        let isMisplaced = text.hasPrefix("=") || second == "=" || third == "=" && fourth != "="
                        let expected = isMisplaced ? nil : Data(base64Encoded: text).map(Array.init)
                        #expect(Base64.decode(text, .standard) == expected, "\(text)")
                    }
                }
            }
        }
    }
}
