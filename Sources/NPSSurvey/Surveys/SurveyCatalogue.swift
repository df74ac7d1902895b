/// The surveys of `surveys.directory`.
package struct SurveyCatalogue: Sendable {
    private struct Entry {
        let survey: Survey
        let text: SurveyDirectory.TextDigest
    }

    private let byName: [String: Entry]
    private let shelves: (first: PageShelf, returned: PageShelf)
    /// That of the survey that was adapted last.
    private let edition: PageState.Edition

    /// - Parameters:
    ///   - directory: has one `*.yaml` file a survey.
    ///   - standard: the pages of the settings' survey, which each survey adapts.
    ///   - former: what this directory said before, with the same pages. A survey whose file says the same stays as it is,
    ///     together with the pages that were prepared of it.
    /// - Throws: ``SurveyError/surveys(_:)`` with everything that is wrong with the files.
    package init(
        directory: String,
        adapting standard: SurveyPages,
        after former: SurveyCatalogue? = nil
    ) throws(SurveyError) {
        let read = SurveyDirectory(
            path: directory,
            sentences: standard.sentences,
            known: former?.byName.mapValues(\.text) ?? [:]
        )
        guard read.problems.isEmpty else { throw .surveys(read.problems) }
        shelves = former?.shelves ?? (PageShelf.ofFirst(), PageShelf.ofReturned())
        var number = former?.edition.number ?? PageState.Edition.ofSettings.number
        var byName = former?.byName.filter { read.unchanged.contains($0.key) } ?? [:]
        for (name, file) in read.files {
            number += 1
            let pages = standard.adapted(to: file.contents, named: name, PageState.Edition(number: number), shelves)
            byName[name] = Entry(survey: Survey(name, file.contents, pages), text: file.text)
        }
        self.byName = byName
        edition = PageState.Edition(number: number)
    }

    package func survey(named name: String) -> Survey? { byName[name]?.survey }

    package var count: Int { byName.count }

    /// How many pages of them are kept.
    var preparedPages: Int { shelves.first.footprint.pages + shelves.returned.footprint.pages }

    /// Sorted by name.
    package var surveys: [Survey] { byName.sorted { $0.key < $1.key }.map(\.value.survey) }
}
