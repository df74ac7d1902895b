import Foundation
import HTTPTypes
import Hummingbird
import Metrics
import NIOCore
import NPSModel
import NPSQueue
import NPSSurvey

/// The open form. A GET never records anything; a POST answers 303, 422 with what was typed, or 503 with it.
struct SurveyRoutes {
    static let bodyLimit = FormValues.byteLimit

    let pages: SurveyPages
    let queue: ResponseQueue
    let basePath: String
    let isOpen: Bool
    let proxies: TrustedProxies
    let rateLimit: ClientRateLimit
    let now: @Sendable () -> Date

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("survey") { _, _ in show() }
        router.head("survey") { _, _ in show() }
        router.post("survey") { try await submit($0, context: $1) }
        router.get("survey/thanks") { _, _ in page(pages.thanks(), .ok) }
        router.head("survey/thanks") { _, _ in page(pages.thanks(), .ok) }
    }

    private func show() -> Response {
        guard isOpen else { return page(pages.closed(), .notFound) }
        return page(pages.form(FormValues(), problems: []), .ok)
    }

    private func submit(_ request: Request, context: CollectorContext) async throws -> Response {
        guard isOpen else { return page(pages.closed(), .notFound) }
        let client = proxies.client(
            peer: context.peer,
            forwardedFor: request.fieldLines("x-forwarded-for"),
            forwarded: request.fieldLines("forwarded")
        )
        if let delay = rateLimit.delay(for: client) {
            var response = page(pages.tooManyRequests(), .tooManyRequests)
            response.headers[.retryAfter] = String(delay)
            return response
        }
        let body: [UInt8]
        do {
            body = try await request.collectBody(upTo: Self.bodyLimit)
        } catch let problem as Problem where problem == .contentTooLarge {
            return page(pages.tooLarge(), .contentTooLarge)
        }
        guard Self.isForm(request.headers[.contentType]) else { return page(pages.unreadable(), .unsupportedMediaType) }
        let response = await answer(body)
        Counter(label: "nps_survey_submissions_total", dimensions: [("status", String(response.status.code))])
            .increment()
        return response
    }

    private func answer(_ body: [UInt8]) async -> Response {
        let values: FormValues
        do throws(SurveyError) {
            values = try FormValues(parsing: body)
        } catch {
            return page(pages.unreadable(), .badRequest)
        }
        let submission: Submission
        do throws(InvalidResponse) {
            submission = try values.check(receivedAt: now())
        } catch {
            return page(pages.form(values, problems: error.problems), .unprocessableContent)
        }
        do throws(QueueError) {
            _ = try await queue.accept([submission])
        } catch {
            var response = page(pages.unavailable(values), .serviceUnavailable)
            response.headers[.retryAfter] = Problem.unavailable(error).retryAfter.map(String.init)
            return response
        }
        return Response(
            status: .seeOther,
            headers: [.location: basePath + "/survey/thanks", .cacheControl: "no-store"]
        )
    }

    private static func isForm(_ contentType: String?) -> Bool {
        contentType?.lowercased().split(separator: ";").first?.trimmingCharacters(in: .whitespaces)
            == "application/x-www-form-urlencoded"
    }

    private func page(_ page: Page, _ status: HTTPResponse.Status) -> Response {
        var response = Response(
            status: status,
            headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: page.html))
        )
        for header in page.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            response.headers[name] = header.value
        }
        return response
    }
}
