/// What an operator can set about the look of the pages without a template of their own.
package struct Appearance: Sendable, Hashable {
    /// The name on top of every page; nil for none.
    package var brand: String?
    /// Nil for the colour of the style sheet.
    package var accent: Accent?
    package var frameAncestors: FrameAncestors

    package init(brand: String? = nil, accent: Accent? = nil, frameAncestors: FrameAncestors = .none) {
        self.brand = brand
        self.accent = accent
        self.frameAncestors = frameAncestors
    }
}

/// The brand's colour in the two shades that the pages use, one for the light scheme and one for the dark.
///
/// As text and as the background of a button, each has a contrast of at least 7:1 (WCAG 2.2, 1.4.6).
package struct Accent: Sendable, Hashable {
    /// The backgrounds of the style sheet with the least contrast: `--paper` in the light scheme, `--card` in the dark.
    private static let backgrounds = (
        light: Color(red: 0xfa, green: 0xf8, blue: 0xf4), dark: Color(red: 0x1e, green: 0x21, blue: 0x24)
    )
    static let minimumContrast = 7.0
    /// To white. A paler colour would have to be darkened so much that it is another colour.
    static let minimumContrastAsGiven = 1.5

    /// For the light scheme: the colour itself, or as much darker as necessary. Text on it is white.
    let light: Color
    /// For the dark scheme: the colour itself, or as much lighter as necessary. Text on it is nearly black.
    let dark: Color

    /// - Parameter text: `#rrggbb`.
    package init(_ text: String) throws(SurveyError) {
        guard let color = Color(text) else { throw .accent(problem: "must be a colour such as #14465a") }
        light = color.shade(towards: .black, until: { $0.contrast(to: Self.backgrounds.light) >= Self.minimumContrast })
        dark = color.shade(towards: .white, until: { $0.contrast(to: Self.backgrounds.dark) >= Self.minimumContrast })
        guard color.contrast(to: .white) >= Self.minimumContrastAsGiven else {
            throw .accent(problem: "is too pale to be seen on a light page: \(light) is the nearest shade that works")
        }
    }
}
