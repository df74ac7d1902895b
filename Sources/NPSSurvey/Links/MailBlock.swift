/// The question and its eleven scores as a piece of an e-mail, and as plain text for those who read that.
///
/// Mail programs strip style sheets and know little CSS: a layout table, inline styles, no images. Two tables float
/// side by side, scores 0 to 5 and 6 to 10, and stand one below the other where the screen is narrow.
package struct MailBlock: Sendable {
    private let catalogue: Catalogue

    /// - Throws: ``SurveyError/noLanguage(_:)`` besides what is wrong with the operator's own files.
    package init(subject: String, publicDirectory: String?, language: Language) throws(SurveyError) {
        let catalogues = try PublicFiles(overriddenBy: publicDirectory).catalogues()
        guard catalogues.languages.contains(language) else {
            throw .noLanguage(catalogues.languages.map(\.tag).sorted())
        }
        catalogue = catalogues[language].asking(about: subject)
    }

    /// - Parameter link: a mail tool's merge tag for the contact's link; it is printed as it is.
    package func html(link: String) -> String {
        let direction = catalogue["direction"]
        let side = direction == "rtl" ? "right" : "left"
        let font = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
        return """
            <table role="presentation" lang="\(catalogue.language.tag)" dir="\(direction)" width="100%" border="0" \
            cellpadding="0" cellspacing="0" style="max-width:544px;\(font);color:#1a1a1a;text-align:\(side)">
            <tr><td style="padding:8px 2px;font-size:18px;line-height:26px">\(escaped("question"))</td></tr>
            <tr><td>
            \(scores(0...5, link: link, side: side))
            \(scores(6...10, link: link, side: side))
            </td></tr>
            <tr><td style="padding:8px 2px;font-size:14px;line-height:20px;color:#404040">\
            0 = \(escaped("low")) &middot; 10 = \(escaped("high"))</td></tr>
            </table>

            """
    }

    /// Every score with its own address, for readers who can't see the other part.
    package func text(link: String) -> String {
        let lines = (0...10).map { score in
            "\(score)\(note(score).map { "\($0)" } ?? ""): \(link)/\(score)"
        }
        return catalogue["question"] + "\n\n" + lines.joined(separator: "\n") + "\n"
    }

    private func scores(_ range: ClosedRange<Int>, link: String, side: String) -> String {
        let cells = range.map { score in
            let label = note(score).map { " aria-label=\"\(score)\(HTMLText.escaped($0))\"" } ?? ""
            return """
                <td style="padding:2px"><a href="\(link)/\(score)"\(label) style="display:block;width:42px;\
                height:42px;line-height:42px;border:1px solid #595959;border-radius:6px;background-color:#ffffff;\
                color:#1a1a1a;font-size:16px;font-weight:bold;text-align:center;text-decoration:none">\(score)</a></td>
                """
        }
        return """
            <table role="presentation" align="\(side)" border="0" cellpadding="0" cellspacing="0"><tr>
            \(cells.joined(separator: "\n"))
            </tr></table>
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
