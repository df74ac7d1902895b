import HTTPTypes
import NPSModel
import NPSQueue

extension Problem {
    static let unexpected = Problem(
        status: .internalServerError,
        title: "Unexpected error",
        detail: "Something went wrong here. The log has more under this request's id."
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
        detail: "This needs the header Authorization: Bearer with the value of admin.token."
    )

    static let managementClosed = Problem(
        status: .forbidden,
        title: "Management is closed",
        detail: "Set admin.token to open queue and quarantine management."
    )

    static func badRequest(_ detail: String) -> Problem {
        Problem(status: .badRequest, title: "Not understood", detail: detail)
    }

    static func tooManyRequests(retryAfter seconds: Int) -> Problem {
        Problem(
            status: .tooManyRequests,
            title: "Too many requests",
            detail: "Try again in \(seconds) seconds.",
            retryAfter: seconds
        )
    }

    /// Trouble of our own is never the sender's fault: always 503 with a time to come back.
    static func unavailable(_ error: QueueError) -> Problem {
        var seconds = 30
        if case .busy(let delay) = error { seconds = max(1, delay) }
        return Problem(
            status: .serviceUnavailable,
            title: "Not available just now",
            detail: "The response was not stored. Send it again after the time in Retry-After.",
            retryAfter: seconds
        )
    }
}
