import Logging
import NPSServer
import NPSSurvey

/// Reads the surveys of `surveys.directory` again. A mistake in them is logged, and the previous ones stay in force.
struct SurveyReload: Sendable {
    let surveys: ReloadableSurveys
    let logger: Logger

    func renew() async {
        let former = Set(surveys.current.surveys.compactMap(\.name))
        do throws(SurveyError) {
            let catalogue = try await surveys.reload()
            logger.notice("surveys read again", metadata: ["surveys": "\(catalogue.count)"])
            for name in former.subtracting(catalogue.surveys.compactMap(\.name)).sorted() {
                logger.warning(
                    """
                    the survey \(name) has no file any more: its form is gone, and its links show the survey of the settings; \
                    to end a survey, leave its file and let it close
                    """
                )
            }
        } catch {
            for sentence in error.sentences { logger.error("a survey can't be used: \(sentence)") }
            logger.error("the surveys that were read before stay in force")
        }
    }
}
