import HTTPTypes
import Hummingbird
import NPSSurvey
import NPSWebhooks

/// Answers methods that a form or a configured source doesn't take with 405: after a 404 or 410 some tools never call
/// the address again.
struct AllowedMethods {
    let sources: ReloadableSources
    /// Nil without a directory.
    let surveys: ReloadableSurveys?
    let basePath: String

    func check(_ request: Request) throws {
        // Every address that is known takes these.
        guard request.method != .get, request.method != .head else { return }
        guard let allowed = allowed(at: request.segments(below: basePath)), !allowed.contains(request.method) else {
            return
        }
        throw Problem.methodNotAllowed(allowed)
    }

    /// Nil for an unknown path. Every link counts as known, so that the answer doesn't tell which exist.
    private func allowed(at segments: [Substring]) -> [HTTPRequest.Method]? {
        switch (segments.first, segments.count) {
        case ("survey", 1), ("s", 2): return [.get, .head, .post]
        case ("survey", 2) where segments[1] == "thanks": return [.get, .head]
        case ("survey", 2) where isSurvey(segments[1]): return [.get, .head, .post]
        case ("survey", 3) where segments[2] == "thanks" && isSurvey(segments[1]): return [.get, .head]
        case ("s", 3): return [.get, .head]
        case ("webhooks", 2) where sources.current.source(named: String(segments[1])) != nil:
            return [.get, .head, .post]
        default: return nil
        }
    }

    private func isSurvey(_ name: Substring) -> Bool { surveys?.current.survey(named: String(name)) != nil }
}
