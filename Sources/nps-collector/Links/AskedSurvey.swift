import NPSApp
import NPSModel
import NPSServer
import NPSSurvey

/// The survey that `--survey` names.
struct AskedSurvey {
    /// That of the settings where there is no file of this name.
    let survey: Survey
    /// What to tell whoever named a survey that has no file; nil where all is well.
    let remark: String?

    /// - Parameter name: nil for the survey of the settings.
    init(named name: String?, in settings: Settings) throws {
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
        remark = named == nil ? name.flatMap { Self.remark(on: $0, among: catalogue) } : nil
    }

    /// Without a directory, a name only keeps answers apart.
    private static func remark(on name: String, among catalogue: SurveyCatalogue?) -> String? {
        guard let catalogue else { return nil }
        let hint = Spelling.nearest(name, among: catalogue.surveys.compactMap(\.name)).map { " Did you mean \($0)?" }
        return "There is no survey \(name) in surveys.directory, so the one of the settings is shown.\(hint ?? "")"
    }
}
