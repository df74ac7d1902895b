import Hummingbird
import NPSSurvey

/// How many pages of the open forms are rendered for a client. To render one takes as much of the processor as several
/// responses that are stored, and whoever asks for ever new ones, in every language and with every score, would have others
/// wait. What is at hand is put together in no time and isn't counted; but a client that is over its limit gets neither, since
/// what a page takes is known when it is there.
///
/// The pages of a genuine link are not counted: they are too few for anybody to go through.
struct RenderingLimit: Sendable {
    let proxies: TrustedProxies
    let limit: ClientRateLimit
    let refusals: ReadyRefusals

    /// - Parameters:
    ///   - peer: the other end of the connection.
    ///   - pages: has the languages.
    ///   - refuses: false for a page that says that an answer was taken: without it, somebody would answer again.
    func answer(
        _ request: Request,
        from peer: Peer,
        in pages: SurveyPages,
        refuses: Bool = true,
        _ make: () -> HTTPAnswer
    ) -> HTTPAnswer {
        let client = proxies.client(peer: peer, fields: request.headers)
        if refuses, let seconds = limit.delay(for: client) {
            return refusals.answer(to: request, in: pages, waiting: seconds)
        }
        let answer = make()
        if answer.isRendered { limit.charge(client) }
        return answer
    }
}
