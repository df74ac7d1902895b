import HTTPTypes

/// Why somebody gets another page than the one that was asked for.
enum ConsoleRefusal: Sendable, Hashable {
    /// There is no token in the request, or another one.
    case signIn
    /// `admin.token` isn't set.
    case managementClosed
    /// Wrong tokens came too often, so that this one wasn't looked at.
    case tooManyAttempts(seconds: Int)
    /// It would change something and comes from a page that isn't one of these.
    case foreignOrigin
}

extension ConsoleRefusal {
    var status: HTTPResponse.Status {
        switch self {
        case .signIn: .unauthorized
        case .managementClosed, .foreignOrigin: .forbidden
        case .tooManyAttempts: .tooManyRequests
        }
    }

    /// What the client has to know besides the page.
    var fields: HTTPFields {
        switch self {
        case .signIn: [.wwwAuthenticate: #"Basic realm="nps-collector", charset="UTF-8""#]
        case .tooManyAttempts(let seconds): [.retryAfter: String(seconds)]
        case .managementClosed, .foreignOrigin: [:]
        }
    }
}
