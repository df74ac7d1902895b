/// Why the running collector could not be asked.
package enum AdminError: Error, Sendable, Equatable, CustomStringConvertible {
    case unreachable(address: String)
    case missingToken
    case refused(status: Int, detail: String)
    case unreadable

    package var description: String {
        switch self {
        case .unreachable(let address):
            "No collector answers at \(address): is \"nps-collector serve\" running, and are admin.host and admin.port its own?"
        case .missingToken:
            "admin.token is missing: give the token that the running collector has, as ADMIN_TOKEN or admin.token-file."
        case .refused(let status, let detail):
            "The collector refused with status \(status): \(detail)"
        case .unreadable:
            "The collector's answer can't be read: are both programs of one version?"
        }
    }
}
