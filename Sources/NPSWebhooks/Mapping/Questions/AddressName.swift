import NPSModel

/// Whether a name is that of an address field. Whole names are looked at, not questions, and only their ASCII letters.
enum AddressName {
    /// In bytes. What is longer is no name.
    private static let lengthLimit = 200

    private static let before = [
        "q", "hs", "hidden", "the", "my", "your", "user", "users", "account", "contact", "customer", "client", "member",
        "person", "visitor", "participant", "respondent", "recipient", "subscriber", "work", "business", "company",
        "corporate", "primary", "main", "preferred", "adress", "adresse", "adres",
    ].map { Array($0.utf8) }

    private static let after = ["", "id", "addr", "address", "adress", "adresse", "adres", "field", "rollup"]
        .map { Array($0.utf8) }

    private static let mail = Array("mail".utf8)

    /// - Parameter name: valid UTF-8.
    static func matches(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        // A question mostly has no `m`, `a`, `i` and `l` in a row once all but the letters is left out.
        guard (mail.count...lengthLimit).contains(name.count) else { return false }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: name.count) { buffer in
            var count = 0
            for byte in name where byte.isASCIILetter {
                buffer[count] = byte | 0x20
                count += 1
            }
            return isAddress(UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Whether small letters are words, then `mail` or `email`, then at most one word more.
    private static func isAddress(_ letters: UnsafeBufferPointer<UInt8>) -> Bool {
        after.contains { suffix in
            let start = letters.count - suffix.count - mail.count
            guard start >= 0, letters[start...].starts(with: mail),
                letters[(start + mail.count)...].elementsEqual(suffix)
            else { return false }
            if isWords(letters[..<start]) { return true }
            return start > 0 && letters[start - 1] == UInt8(ascii: "e") && isWords(letters[..<(start - 1)])
        }
    }

    /// Whether letters are words that stand before the word for an address, in any number and order.
    private static func isWords(_ letters: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard !letters.isEmpty else { return true }
        var canEnd = [Bool](repeating: false, count: letters.count + 1)
        canEnd[0] = true
        for start in letters.indices where canEnd[start] {
            for word in before where letters[start...].starts(with: word) { canEnd[start + word.count] = true }
        }
        return canEnd[letters.count]
    }
}
