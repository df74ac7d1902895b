import HTTPTypes
import Hummingbird
import NPSPages
import NPSSurvey
import Synchronization

/// The page for clients far over their limit, rendered once a language: whoever floods the forms must not make the server
/// render pages.
final class ReadyRefusals: Sendable {
    private let pages: SurveyPages
    private let rendered = Mutex<[Language: Page]>([:])

    init(pages: SurveyPages) {
        self.pages = pages
    }

    /// How many pages were rendered so far.
    var count: Int { rendered.withLock { $0.count } }

    /// - Parameter language: one that there is a catalogue for.
    subscript(language: Language) -> Page {
        rendered.withLock { rendered in
            if let page = rendered[language] { return page }
            let page = pages.refused(in: language)
            rendered[language] = page
            return page
        }
    }

    /// - Parameters:
    ///   - asked: has the languages.
    ///   - seconds: that the client has to wait.
    func answer(to request: Request, in asked: SurveyPages, waiting seconds: Int) -> HTTPAnswer {
        let language = asked.language(request.query("lang"), accepted: request.fieldLines("accept-language"))
        return FormPosts.Refusal(self[language], .tooManyRequests, retryAfter: seconds).answer
    }
}
