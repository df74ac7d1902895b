/// How a mail tool is told to put a contact's own value into a message.
enum MergeSyntax: String, CaseIterable {
    /// An audience field's merge tag, upper-case: `*|LINK|*`.
    case mailchimp
    /// A dynamic template's Handlebars expression: `{{link}}`.
    case sendgrid
    /// A contact property in HubL: `{{ contact.link }}`.
    case hubspot
    /// `{link}`, for a program of one's own.
    case plain

    func tag(for field: String) -> String {
        switch self {
        case .mailchimp: "*|\(field.uppercased())|*"
        case .sendgrid: "{{\(field)}}"
        case .hubspot: "{{ contact.\(field.lowercased()) }}"
        case .plain: "{\(field)}"
        }
    }
}
