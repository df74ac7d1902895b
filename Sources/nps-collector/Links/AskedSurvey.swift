import NPSApp
import NPSModel
import NPSServer
import NPSSurvey

/// The survey that `--survey` names.
struct AskedSurvey {
    /// That of the settings where there is no file of this name.
    let survey: Survey

    /// - Parameters:
    ///   - name: nil for the survey of the settings.
    ///   - isLabel: whether the name may be that of no file, as one that only keeps answers apart.
    init(named name: String?, in settings: Settings, orLabel isLabel: Bool) throws {
        let pages: SurveyPages
        let catalogue: SurveyCatalogue?
        do throws(SettingsError) {
            pages = try settings.makePages()
            catalogue = try settings.makeSurveys(adapting: pages)?.current
        } catch {
            throw Stop(.configuration, error.description)
        }
        let named = name.flatMap { catalogue?.survey(named: $0) }
        survey = named ?? Survey(pages, isOpen: settings.survey.isOpen)
        // Without a directory, every name only keeps answers apart.
        if named == nil, !isLabel, let name, let catalogue { throw Self.refusal(of: name, among: catalogue) }
    }

    private static func refusal(of name: String, among catalogue: SurveyCatalogue) -> Stop {
        let hint = Spelling.nearest(name, among: catalogue.surveys.compactMap(\.name)).map { " Did you mean \($0)?" }
        return Stop(
            .usage,
            """
            There is no survey \(name) in surveys.directory.\(hint ?? "") If the name is only to keep answers apart, give \
            --unlisted, and the survey of the settings is shown.
            """
        )
    }
}
