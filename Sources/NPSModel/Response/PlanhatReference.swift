/// What may name a campaign or a company of Planhat. Anything else would have the response refused there, when its
/// sender and the person who answered are long gone.
package enum PlanhatReference {
    case campaign
    case company

    /// An objectId (24 hex digits), and for a company its external id behind `extid-`, too
    /// (https://support.planhat.com/en/articles/4530269-excel-import-templates).
    package func admits(_ text: String) -> Bool {
        if text.utf8.count == 24, text.utf8.allSatisfy(\.isHexDigit) { return true }
        return self == .company && text.hasPrefix("extid-") && text.utf8.count > 6
    }

    /// What is said when it doesn't; it follows the field's name.
    package var rule: String {
        switch self {
        case .campaign: "must be the id of a campaign at Planhat: 24 hex digits"
        case .company: "must be the id of a company at Planhat: 24 hex digits, or extid- and its external id"
        }
    }
}
