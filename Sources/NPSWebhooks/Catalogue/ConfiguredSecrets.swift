import Foundation

/// The secrets of one source as the configuration has them.
package enum ConfiguredSecrets: Sendable, Hashable {
    /// Each is one secret, byte for byte: the elements of a YAML list, or the lines of a file.
    case list([String])
    /// From the environment or the command line, where a list has no other form than text with commas. Only the source
    /// knows whether a comma separates two secrets or belongs to one.
    case text(String)

    /// - Parameter schemes: those of the source. Text is divided only between things that each are a secret for one of
    ///   them; text that can't be divided like that is one secret.
    func secrets(for schemes: [SignatureScheme]) -> [String] {
        switch self {
        case .list(let secrets): secrets
        case .text(let text):
            Self.divided(text) { part in schemes.contains { SigningKey.isSecret(part, for: $0) } } ?? [text]
        }
    }

    /// As many secrets as the text can be divided into, without the spaces around the commas between them; nil when it
    /// can't be divided into secrets.
    private static func divided(_ text: String, isSecret: (String) -> Bool) -> [String]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        // For each number of parts from the beginning, the secrets that they make up.
        var divisions: [[String]?] = [[]]
        for end in 1...parts.count {
            var longest: [String]?
            for start in 0..<end {
                guard let before = divisions[start], before.count >= longest?.count ?? 0 else { continue }
                var part = parts[start..<end].joined(separator: ",")[...]
                if start > 0 { part = part.drop(while: \.isWhitespace) }
                if end < parts.count { while part.last?.isWhitespace == true { part.removeLast() } }
                if isSecret(String(part)) { longest = before + [String(part)] }
            }
            divisions.append(longest)
        }
        return divisions[parts.count]
    }
}

extension ConfiguredSecrets: ExpressibleByArrayLiteral {
    package init(arrayLiteral secrets: String...) {
        self = .list(secrets)
    }
}
