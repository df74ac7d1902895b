extension Catalogues {
    /// Codes that browsers still send, and the catalogue that speaks for each.
    private static let aliases = ["no": "nb", "nn": "nb", "iw": "he"]

    /// The first language of the list that there is, by lookup (RFC 4647 §3.4): `de-AT` finds `de`.
    ///
    /// Nil when there is none. `*` asks for nothing in particular and finds nothing.
    func lookup(_ ranges: [String]) -> Language? {
        let known = Dictionary(languages.map { ($0.tag.lowercased(), $0) }) { first, _ in first }
        for range in ranges {
            var subtags = range.lowercased().split(separator: "-", omittingEmptySubsequences: false).prefix(8)
            while !subtags.isEmpty {
                let tag = subtags.joined(separator: "-")
                if let language = known[tag] ?? Self.aliases[tag].flatMap({ known[$0] }) { return language }
                subtags.removeLast()
                // A single letter only introduces what stood after it.
                if subtags.last?.count == 1 { subtags.removeLast() }
            }
        }
        return nil
    }
}
