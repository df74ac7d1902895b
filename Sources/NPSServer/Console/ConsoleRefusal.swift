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

    var title: String {
        switch self {
        case .signIn: "Sign in"
        case .managementClosed: "Management is closed"
        case .tooManyAttempts: "Too many attempts"
        case .foreignOrigin: "Not from here"
        }
    }

    /// What to do, in a sentence or two.
    var advice: String {
        switch self {
        case .signIn:
            "Reload this page and sign in: any user name, and the value of admin.token for the password."
        case .managementClosed:
            """
            Set admin.token to a long random text, such as the output of openssl rand -hex 32, and start the collector again. \
            That text is then the password.
            """
        case .tooManyAttempts(let seconds):
            "Wrong passwords came from your address too often. Try again in \(seconds) seconds."
        case .foreignOrigin:
            """
            Nothing was done: this would have changed something, and your browser says that it was asked for by another \
            site, or doesn't say by which. Open the page here and use its button. A proxy in between has to pass on Host as the \
            browser has it.
            """
        }
    }

    /// A page of the refusal alone, for whoever has no other.
    var page: String {
        """
        <!DOCTYPE html>
        <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>\(title)</title><h1>\(title)</h1><p>\(advice)</p></html>
        """
    }
}
