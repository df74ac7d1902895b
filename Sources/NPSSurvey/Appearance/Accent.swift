/// The brand's colour in the two shades that the pages use.
///
/// As text and as the ground of a button each has at least 7:1 (WCAG 2.2, 1.4.6), on the lightest and the darkest
/// paper of the style sheet.
package struct Accent: Sendable, Hashable {
    /// The papers it must stand out from: `--paper` of the light scheme and `--card` of the dark one.
    private static let papers = (
        light: Color(red: 0xfa, green: 0xf8, blue: 0xf4), dark: Color(red: 0x1e, green: 0x21, blue: 0x24)
    )
    static let least = 7.0
    /// Below this a colour hardly differs from white paper, and a shade that does is another colour.
    static let palest = 1.5

    /// For the light scheme: the colour itself, or as much darker as it must be. White stands on it.
    let light: Color
    /// For the dark scheme: the colour itself, or as much lighter as it must be. Near-black stands on it.
    let dark: Color

    /// - Parameter text: `#rrggbb`.
    package init(_ text: String) throws(SurveyError) {
        guard let color = Color(text) else { throw .accent(problem: "must be a colour such as #14465a") }
        light = color.shade(towards: .black, until: { $0.contrast(to: Self.papers.light) >= Self.least })
        dark = color.shade(towards: .white, until: { $0.contrast(to: Self.papers.dark) >= Self.least })
        guard color.contrast(to: .white) >= Self.palest else {
            throw .accent(problem: "is too pale to be seen on a light page: \(light) is the nearest shade that works")
        }
    }
}
