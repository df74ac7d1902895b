package import NPSPages

/// The question and its eleven scores as a block for an email, in HTML and in plain text.
///
/// Mail programs strip style sheets and know little CSS; Outlook ignores the box of a link. So every box is a table
/// cell, every text colour has its own background (some programs darken backgrounds alone), and there is no image. Two
/// tables, scores 0 to 5 and 6 to 10, float side by side and wrap below each other on a phone.
package struct MailBlock: Sendable {
    private static let ground = "#ffffff"
    private static let ink = "#1d1b18"
    private static let soft = "#4c4943"
    /// The accent of the built-in style sheet.
    private static let accent = "#14465a"

    private let catalogue: Catalogue
    private let accent: String

    /// - Parameter accent: made as contrasting as on the form; nil for the built-in colour.
    /// - Throws: ``SurveyError/noLanguage(_:)`` besides what is wrong with the operator's own files.
    package init(
        subject: String,
        publicDirectory: String?,
        language: Language,
        accent: Accent? = nil
    ) throws(SurveyError) {
        let catalogues = try PublicFiles(overriddenBy: publicDirectory).catalogues()
        guard catalogues.languages.contains(language) else {
            throw .noLanguage(catalogues.languages.map(\.tag).sorted())
        }
        catalogue = catalogues[language].asking(about: subject)
        self.accent = accent.map { "\($0.light)" } ?? Self.accent
    }

    /// The block of a survey, in its own words and colour.
    ///
    /// - Throws: ``SurveyError/noLanguage(_:)``.
    package init(of pages: SurveyPages, language: Language) throws(SurveyError) {
        guard let known = pages.language(named: language.tag), known == language else {
            throw .noLanguage(pages.languages.map(\.tag).sorted())
        }
        catalogue = pages.renderer.catalogues[language]
        accent = pages.renderer.appearance.accent.map { "\($0.light)" } ?? Self.accent
    }

    /// - Parameter link: a mail tool's merge tag for the contact's link; it is printed as it is.
    package func html(link: String) -> String { html { "\(link)/\($0)" } }

    /// - Parameter form: the address of an open form, without a query: for mails that have no link for each person.
    package func html(form: String) -> String { html { HTMLText.escaped(open(form, $0)) } }

    /// - Parameter address: of a score, as it stands in HTML.
    private func html(_ address: (Int) -> String) -> String {
        let direction = catalogue["direction"]
        let (start, end) = direction == "rtl" ? ("right", "left") : ("left", "right")
        let font = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
        return """
            \(Self.table) lang="\(catalogue.language.tag)" dir="\(direction)" width="100%" cellspacing="0" \
            bgcolor="\(Self.ground)" style="background-color:\(Self.ground)"><tr><td align="\(start)">
            \(Self.table) width="100%" cellspacing="0" style="max-width:564px;\(font);text-align:\(start)">
            <tr><td style="padding:12px 5px 8px;font-size:18px;line-height:26px;color:\(Self.ink)">\(escaped("question"))\
            </td></tr>
            <tr><td style="padding:0 2px 12px">
            \(scores(0...5, address, side: start))
            \(pole(named: "low", cells: 6, at: start))
            </table>
            \(scores(6...10, address, side: start))
            \(pole(named: "high", cells: 5, at: end))
            </table>
            </td></tr>
            </table>
            </td></tr></table>

            """
    }

    /// The plain-text part: every score with its own address.
    package func text(link: String) -> String { text { "\(link)/\($0)" } }

    /// The same for an open form.
    package func text(form: String) -> String { text { open(form, $0) } }

    private func open(_ form: String, _ score: Int) -> String {
        "\(form)?lang=\(catalogue.language.tag)&score=\(score)"
    }

    private func text(_ address: (Int) -> String) -> String {
        let lines = (0...10).map { score in
            "\(score)\(note(score).map { "\($0)" } ?? ""): \(address(score))"
        }
        return catalogue["question"] + "\n\n" + lines.joined(separator: "\n") + "\n"
    }

    private static let table = "<table role=\"presentation\" border=\"0\" cellpadding=\"0\""

    /// The beginning of a table with a row of scores. Each link is 44 pixels high and wide.
    private func scores(_ range: ClosedRange<Int>, _ address: (Int) -> String, side: String) -> String {
        let cells = range.map { score in
            let label = note(score).map { " aria-label=\"\(score)\(HTMLText.escaped($0))\"" } ?? ""
            return """
                <td width="44" height="44" align="center" valign="middle" bgcolor="\(Self.ground)" \
                style="width:44px;height:44px;border:1px solid \(accent);border-radius:6px;\
                background-color:\(Self.ground)">\
                <a href="\(address(score))"\(label) style="display:block;padding:11px 0;font-size:16px;line-height:22px;\
                font-weight:bold;text-align:center;text-decoration:none;color:\(accent)">\(score)</a></td>
                """
        }
        return "\(Self.table) align=\"\(side)\" cellspacing=\"3\"><tr>\n\(cells.joined(separator: "\n"))\n</tr>"
    }

    /// What the ends of the scale mean, printed right below them.
    private func pole(named name: String, cells: Int, at side: String) -> String {
        """
        <tr><td colspan="\(cells)" align="\(side)" style="padding:4px 0;font-size:14px;line-height:20px;text-align:\(side);\
        color:\(Self.soft)">\(escaped(name))</td></tr>
        """
    }

    /// What the ends of the scale mean, as the form says it: `, not at all likely`.
    private func note(_ score: Int) -> String? {
        switch score {
        case 0: catalogue["lowNote"]
        case 10: catalogue["highNote"]
        default: nil
        }
    }

    private func escaped(_ sentence: String) -> String {
        HTMLText.escaped(catalogue[sentence])
    }
}
