/// The kinds of words that a question has.
struct QuestionWords: OptionSet {
    let rawValue: UInt8

    static let email = Self(rawValue: 1)
    static let otherPerson = Self(rawValue: 2)
    static let why = Self(rawValue: 4)
    static let recommend = Self(rawValue: 8)
    static let score = Self(rawValue: 16)

    /// The kinds of words in a text, in one pass.
    ///
    /// - Parameter text: valid UTF-8.
    static func found(in text: UnsafeBufferPointer<UInt8>) -> QuestionWords {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count) { buffer in
            let folded = UnsafeBufferPointer(rebasing: buffer[..<fold(text, into: buffer)])
            var found: QuestionWords = []
            for index in folded.indices {
                for word in words[Int(folded[index])] where !found.contains(word.kind) {
                    if word.isFound(in: folded, at: index) { found.formUnion(word.kind) }
                }
            }
            return found
        }
    }

    /// Makes letters small: those of ASCII, and the others that the words have or that fold to one of theirs.
    ///
    /// - Returns: how many bytes were written, no more than there are.
    private static func fold(
        _ text: UnsafeBufferPointer<UInt8>,
        into folded: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        var count = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                folded[count] = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
                (count, index) = (count + 1, index + 1)
                continue
            }
            let rest = text[index...]
            if let letter = unusual.first(where: { rest.starts(with: $0.bytes) }) {
                for byte in letter.folded {
                    folded[count] = byte
                    count += 1
                }
                index += letter.bytes.count
            } else {
                folded[count] = byte
                (count, index) = (count + 1, index + 1)
            }
        }
        return count
    }

    /// The sign for kelvin and the long s are letters k and s in Unicode's folding.
    private static let unusual = [("È", "è"), ("É", "é"), ("\u{212a}", "k"), ("\u{17f}", "s")]
        .map { (bytes: Array($0.utf8), folded: Array($1.utf8)) }
}

extension QuestionWords {
    /// By their first byte, which most places of a text have nothing to do with.
    private static let words: [[QuestionWord]] = {
        var words = [[QuestionWord]](repeating: [], count: 256)
        for (kind, texts) in texts {
            for word in texts.map({ QuestionWord($0, kind) }) { words[Int(word.first)].append(word) }
        }
        return words
    }()

    /// In small letters. `|` is a place where a word ends or begins, and `.` any one character or none.
    private static let texts: [(QuestionWords, [String])] = [
        (.email, ["email", "e-mail", "courriel", "correo"]),
        (
            .otherPerson,
            [
                "friend", "colleague", "coworker", "co-worker", "|else|", "someone", "somebody", "anyone", "anybody",
                "another", "|refer", "invite", "nominat", "freund", "kolleg", "|ami", "collegue", "collègue",
            ]
        ),
        (
            .why,
            [
                "why", "reason", "comment", "feedback", "improve", "followup", "follow up", "follow_up", "follow-up",
                "warum", "grund", "pourquoi", "raison", "motivo", "porque", "por que", "porqué", "por qué", "perche",
                "perché", "waarom",
            ]
        ),
        (
            .recommend,
            [
                "recommend", "recomend", "nps", "net.promoter", "empfehl", "recommand", "raccomand", "consigli",
                "aanbeve", "anbefal", "rekommend", "polec", "お勧め", "薦め", "推荐", "推薦", "추천",
            ]
        ),
        (.score, ["likely", "nps", "wahrscheinlich", "probab", "waarschijnlijk"]),
    ]
}
