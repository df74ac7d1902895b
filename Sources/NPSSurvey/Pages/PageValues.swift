/// A text that may differ between any two requests for a page.
enum PageValue: Int, Sendable, CaseIterable {
    /// Where the form is sent.
    case action
    /// Where a notice leads.
    case link
    case nonce
    case issued
    case email
    case comment
    /// Of the answer given before: `2026-11-23`.
    case day
    /// The same in words.
    case date
    /// The score of the answer given before.
    case earlierScore
    /// The score that was just sent.
    case sentScore
    /// The comment that was just sent.
    case sentComment
}

/// The texts of one page that differ between requests, not yet escaped. Those not set are empty.
struct PageValues: Sendable {
    private static let count = PageValue.allCases.count

    private var texts = [String](repeating: "", count: count)

    subscript(value: PageValue) -> String {
        get { texts[value.rawValue] }
        set { texts[value.rawValue] = newValue }
    }
}

extension PageValues {
    init(_ make: (PageValue) -> String) {
        for value in PageValue.allCases { self[value] = make(value) }
    }

    /// Texts that come out differently unless a template does nothing but print them escaped: with capitals and small
    /// letters, a line end at the end, and all that is escaped in HTML or in a Swift literal.
    static let hostile = PageValues { value in
        "\(value) Aa\"\\<b>&amp;'\u{301}</style>{{text}}\r\n\t\0é\n"
    }
}
