import HTTPTypes
import NPSModel
import NPSQueue
import NPSWebhooks

extension Problem {
    static let unexpected = Problem(
        status: .internalServerError,
        title: "Unexpected error",
        detail: "Something went wrong here. The log has more under this request's id."
    )

    static let shuttingDown = Problem(
        status: .serviceUnavailable,
        title: "Shutting down",
        detail: "Send the request again in a moment.",
        retryAfter: 5
    )

    static let notFound = Problem(status: .notFound, title: "Not found", detail: "There is nothing at this address.")

    static func missing(_ what: String) -> Problem {
        Problem(status: .notFound, title: "Not found", detail: "There is no \(what) of this id.")
    }

    static let contentTooLarge = Problem(
        status: .contentTooLarge,
        title: "Too large",
        detail: "The body is larger than this address takes."
    )

    static let uriTooLong = Problem(
        status: .uriTooLong,
        title: "Address too long",
        detail: "The address is longer than 2,048 bytes."
    )

    static let unauthorized = Problem(
        status: .unauthorized,
        title: "Not authorised",
        detail: "This needs the header Authorization: Bearer with the value of admin.token.",
        challenge: #"Bearer realm="nps-collector""#
    )

    /// A browser may have been led here under a stranger's name.
    static let foreignHost = Problem(
        status: .misdirectedRequest,
        title: "Not under this name",
        detail: """
            The admin listener isn't known by the host that this request names. Ask for it by its address, or put the name into \
            admin.host-names.
            """
    )

    static func tooManyTokens(retryAfter seconds: Int) -> Problem {
        Problem(
            status: .tooManyRequests,
            title: "Too many attempts",
            detail: "Wrong tokens came from this address too often. Try again in \(seconds) seconds.",
            retryAfter: seconds
        )
    }

    static let managementClosed = Problem(
        status: .forbidden,
        title: "Management is closed",
        detail: "Set admin.token to open queue and quarantine management."
    )

    static func badRequest(_ detail: String) -> Problem {
        Problem(status: .badRequest, title: "Not understood", detail: detail)
    }

    /// A delivery that can't be read and isn't kept. Too much work on our side isn't the sender's fault.
    static func unreadable(_ problem: PayloadProblem) -> Problem {
        problem == .busy ? unavailable(retryAfter: 5) : badRequest(problem.description)
    }

    /// Only for operators: names files.
    static func unmadeBackup(_ detail: String) -> Problem {
        Problem(status: .conflict, title: "No backup was made", detail: detail)
    }

    static let wrongAddress = badRequest("email must be an address such as name@example.com.")

    static func tooManyRequests(retryAfter seconds: Int) -> Problem {
        Problem(
            status: .tooManyRequests,
            title: "Too many requests",
            detail: "Try again in \(seconds) seconds.",
            retryAfter: seconds
        )
    }

    /// Trouble on our side is never the sender's fault: always 503 with a time to retry.
    static func unavailable(_ error: QueueError) -> Problem {
        switch error {
        case .busy(let delay): unavailable(retryAfter: max(1, delay))
        default: unavailable(retryAfter: 30)
        }
    }

    /// Only for operators: another site's page has the browser open one of these.
    static let foreignPage = Problem(
        status: .forbidden,
        title: "Not from here",
        detail: "Another site asked for this. Open it from the operators' pages."
    )

    /// Only for operators: payloads are being tried for somebody else.
    static let busyTrial = Problem(
        status: .serviceUnavailable,
        title: "Not available just now",
        detail: "Payloads are being tried at this moment. Load the page again in some seconds.",
        retryAfter: 10
    )

    /// Only for operators: the database takes too long.
    static let silentQueue = Problem(
        status: .serviceUnavailable,
        title: "Not available just now",
        detail: "The queue does not answer in time. Look at the overview and at the log, and try again.",
        retryAfter: 30
    )

    /// Only for operators, who can do something about it: says what is wrong with the queue.
    static func failing(_ error: QueueError) -> Problem {
        Problem(
            status: .serviceUnavailable,
            title: "Not available just now",
            detail: error.description,
            retryAfter: unavailable(error).retryAfter
        )
    }

    private static func unavailable(retryAfter seconds: Int) -> Problem {
        Problem(
            status: .serviceUnavailable,
            title: "Not available just now",
            detail: "The response was not stored. Send it again after the time in Retry-After.",
            retryAfter: seconds
        )
    }

    /// A person has to make room, so retrying every few seconds is of no use.
    ///
    /// - Parameter ids: of the delivery's valid responses, which are stored; empty when it has none.
    static func quarantineFull(accepted ids: [ResponseID]) -> Problem {
        let stored =
            ids.isEmpty
            ? "Nothing of it is stored. Send it again after the time in Retry-After."
            : """
            Its valid responses are stored. Send it all again after the time in Retry-After: nothing is stored twice.
            """
        return Problem(
            status: .serviceUnavailable,
            title: "The quarantine is full",
            detail: """
                Not all of this delivery can be read as responses, and there is no room to keep it until the mapping is \
                fixed. \(stored)
                """,
            ids: ids,
            retryAfter: 600
        )
    }

    /// A tool that sends answers with GET must not believe that they arrived.
    static let answersInQuery = Problem(
        status: .methodNotAllowed,
        title: "Method not allowed",
        detail: "Nothing of this was stored: answers are taken with POST, not in the address. Let the tool send POST.",
        allow: [.post]
    )

    static func methodNotAllowed(_ methods: [HTTPRequest.Method]) -> Problem {
        Problem(
            status: .methodNotAllowed,
            title: "Method not allowed",
            detail: "This address takes " + methods.map(\.rawValue).joined(separator: ", ") + ".",
            allow: methods
        )
    }

    /// Only for operators: names files and lines.
    static func unusableSources(_ error: WebhookError) -> Problem {
        Problem(
            status: .conflict,
            title: "The sources can't be used",
            detail: ([
                "Nothing was replayed, since the files of the sources have mistakes. Until they are corrected the collector goes on with the files as it last read them."
            ] + error.sentences)
            .joined(separator: "\n")
        )
    }
}
