/// The surveys of `surveys.directory`.
package struct SurveyCatalogue: Sendable {
    private let byName: [String: Survey]

    /// - Parameters:
    ///   - directory: has one `*.yaml` file a survey.
    ///   - standard: the pages of the settings' survey, which each survey adapts.
    /// - Throws: ``SurveyError/surveys(_:)`` with everything that is wrong with the files.
    package init(directory: String, adapting standard: SurveyPages) throws(SurveyError) {
        let read = SurveyDirectory(path: directory, sentences: standard.sentences)
        guard read.problems.isEmpty else { throw .surveys(read.problems) }
        let shelves = (first: PageShelf.ofFirst(), returned: PageShelf.ofReturned())
        var byName: [String: Survey] = [:]
        for (name, file) in read.files {
            byName[name] = Survey(name, file, standard.adapted(to: file, named: name, shelves))
        }
        self.byName = byName
    }

    package func survey(named name: String) -> Survey? { byName[name] }

    /// Sorted by name.
    package var surveys: [Survey] { byName.sorted { $0.key < $1.key }.map(\.value) }
}
