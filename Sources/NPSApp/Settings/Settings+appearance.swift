import NPSSurvey

extension Settings {
    /// Problems are noted, and what has one is left as it is built in.
    static func readAppearance(_ reader: inout SettingsReader) -> Appearance {
        var appearance = Appearance(brand: reader.text("survey.brand", standard: nil))
        let accent = reader.text("survey.accent", standard: nil)
        let ancestors = reader.list("survey.frame-ancestors")
        do throws(SurveyError) {
            appearance.accent = try accent.map { text throws(SurveyError) in try Accent(text) }
        } catch {
            reader.note(error.description)
        }
        do throws(SurveyError) {
            appearance.frameAncestors = try FrameAncestors(ancestors)
        } catch {
            reader.note(error.description)
        }
        return appearance
    }
}
