package import NPSPages

/// Why a link opens no form.
package enum LinkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Altered, cut off, made by another system, or with a key that was removed; the response doesn't say which.
    /// Status: 404.
    case unknown
    /// Genuine, but expired. Status: 410, in the language the link carries.
    case expired(language: Language?)
    /// A link can't be minted from these claims; `problem` names the claim, never its value.
    case unmintable(problem: String)
    /// `survey.link-keys` can't be used.
    case keys(problem: String)

    package var description: String {
        switch self {
        case .unknown: "The link is not one of ours, or not complete: check that all of it was copied."
        case .expired: "The link has expired: send a new one."
        case .unmintable(let problem): "No link can be made: \(problem)."
        case .keys(let problem):
            "survey.link-keys \(problem): give a list of kid:base64url of 32 bytes, the newest first."
        }
    }
}
