import Crypto
import Foundation
import NPSModel

@testable import NPSSurvey

/// Everything an attacker, a mail program or a bad copy may do to a token, each by name.
struct TokenMutations {
    let name: String
    let token: String

    /// - Parameter otherKeys: a ring whose first key has another secret.
    static func all(of token: String, otherKeys: LinkKeys) -> [TokenMutations] {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return changedCharacters(token) + truncations(token) + insertions(token) + swaps(parts) + headers(parts)
            + shapes(token, parts) + foreign(otherKeys)
    }

    /// Each character replaced by another digit of the alphabet, and by one outside it.
    private static func changedCharacters(_ token: String) -> [TokenMutations] {
        let characters = Array(token)
        return characters.indices.flatMap { index in
            [characters[index] == "A" ? "B" : "A", "=", "é"].compactMap { replacement in
                var copy = characters
                copy[index] = Character(replacement)
                return copy == characters
                    ? nil : TokenMutations(name: "\(replacement) at \(index)", token: String(copy))
            }
        }
    }

    private static func truncations(_ token: String) -> [TokenMutations] {
        (0..<token.count).map { TokenMutations(name: "first \($0)", token: String(token.prefix($0))) }
            + (1..<token.count).map { TokenMutations(name: "without first \($0)", token: String(token.dropFirst($0))) }
    }

    private static func insertions(_ token: String) -> [TokenMutations] {
        let characters = Array(token)
        return (0...characters.count).flatMap { index in
            ["A", ".", "\0"].map { inserted in
                TokenMutations(
                    name: "\(inserted.debugDescription) before \(index)",
                    token: String(characters[..<index]) + inserted + String(characters[index...])
                )
            }
        }
    }

    private static func swaps(_ parts: [String]) -> [TokenMutations] {
        parts.indices.flatMap { left in
            parts.indices.filter { $0 > left }.map { right in
                var copy = parts
                copy.swapAt(left, right)
                return TokenMutations(name: "\(left) for \(right)", token: copy.joined(separator: "."))
            }
        }
    }

    /// Headers that say the same in other bytes, or something else: the tag covers the bytes.
    private static func headers(_ parts: [String]) -> [TokenMutations] {
        [
            #"{"kid":"new","alg":"dir","enc":"A256GCM"}"#, #"{"alg":"dir","enc":"A256GCM","kid":"old"}"#,
            #"{"alg":"dir","enc":"A256GCM","kid":"none"}"#, #"{"alg":"none","enc":"A256GCM","kid":"new"}"#,
            #"{"alg":"dir","enc":"A128GCM","kid":"new"}"#, #"{"alg":"dir","enc":"A256GCM","kid":"new","zip":"DEF"}"#,
            #"{"alg":"dir","enc":"A256GCM","kid":"new","typ":"JWT"}"#, #"{"alg":"HS256","typ":"JWT"}"#, "{}", "null",
        ].map { header in
            let changed = [Base64URL.encode(Array(header.utf8))] + parts.dropFirst()
            return TokenMutations(name: header, token: changed.joined(separator: "."))
        }
    }

    private static func shapes(_ token: String, _ parts: [String]) -> [TokenMutations] {
        let key = [parts[0], Base64URL.encode([1, 2, 3]), parts[2], parts[3], parts[4]].joined(separator: ".")
        let shapes = [
            ("empty", ""), ("dots", "...."), ("an encrypted key", key), ("five segments more", token + "." + token),
            ("padded", parts.map { $0 + "=" }.joined(separator: ".")), ("upper case", token.uppercased()),
            ("lower case", token.lowercased()), ("reversed", String(token.reversed())),
            ("signed form", parts[0] + "." + parts[3] + "." + parts[4]), ("percent", token.replacing(".", with: "%2E")),
            ("a kilobyte more", token + String(repeating: "A", count: 1_024)),
            ("a megabyte", String(repeating: "A", count: 1_048_576)),
        ]
        return shapes.map { TokenMutations(name: $0.0, token: $0.1) }
    }

    private static func foreign(_ keys: LinkKeys) -> [TokenMutations] {
        guard let claims = try? LinkKeysTests.claims(), let token = try? keys.mint(claims) else { return [] }
        return [TokenMutations(name: "another key", token: token)]
    }

    /// Any text under any header, sealed with a genuine key.
    static func sealed(
        _ plain: String,
        entry: String,
        header: String = #"{"alg":"dir","enc":"A256GCM","kid":"new"}"#
    ) -> String? {
        guard let digits = entry.split(separator: ":").last, let bytes = Base64URL.decode(digits.utf8) else {
            return nil
        }
        let protected = Base64URL.encode(Array(header.utf8))
        guard
            let box = try? AES.GCM.seal(
                Array(plain.utf8),
                using: SymmetricKey(data: bytes),
                authenticating: Array(protected.utf8)
            )
        else { return nil }
        let parts = [Base64URL.encode(box.nonce), Base64URL.encode(box.ciphertext), Base64URL.encode(box.tag)]
        return protected + ".." + parts.joined(separator: ".")
    }
}
