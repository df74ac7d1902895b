import ArgumentParser
import Foundation
import NPSApp
import NPSPages
import NPSSurvey

/// `links email --html --syntax mailchimp`
struct LinksEmail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "email",
        abstract: "Print the e-mail block with the eleven scores, with a tool's merge tag for each contact's link.",
        discussion: """
            With --survey, in the words and the colour of that survey. With --footer the scores lead to its open form instead, for \
            the footer of mails that have no link for each person.
            """
    )

    @Flag(help: "The part for the HTML of the message (default).")
    var html = false

    @Flag(help: "The part for its plain text.")
    var text = false

    @Option(help: "Whose merge tag stands for the link: mailchimp, sendgrid, hubspot or plain.")
    var syntax = MergeSyntax.plain

    @Option(help: "What the tool calls the column with the link.")
    var field = "link"

    @Flag(
        help: "The links are in two columns, as links --split writes them: the field, and the field with a 2 appended."
    )
    var split = false

    @Flag(help: "For a footer: the scores lead to the open form, and there is no merge tag.")
    var footer = false

    @Option(help: "The survey of surveys.directory whose words, colour and form it has.")
    var survey: String?

    @Flag(help: "The survey's name is that of no file in surveys.directory: the block is that of the settings' survey.")
    var unlisted = false

    /// The parser gives options to the parent when both have them; they are declared here as well for the help.
    @ParentCommand var links: LinksCommand

    @Option(name: .customLong("lang"), help: "The language's tag, such as de.")
    var language = "en"

    func validate() throws {
        guard !(html && text) else {
            throw ValidationError("One part at a time: --html for the HTML of the message, --text for its plain text.")
        }
        guard !field.isEmpty, field.utf8.allSatisfy(Self.isPlain) else {
            throw ValidationError("--field is a name of letters, digits and underscores.")
        }
    }

    func run() async throws {
        let settings = try await CommandLineSettings.load()
        let named = try AskedSurvey(named: survey ?? links.survey, in: settings, orLabel: unlisted || links.unlisted)
        let asked = named.survey
        guard !footer || asked.isOpen else {
            throw Stop(.usage, "The form at \(asked.path) isn't open to everybody, so a footer can't lead to it.")
        }
        let block: MailBlock
        do throws(SurveyError) {
            block = try MailBlock(of: asked.pages, language: Language(language))
        } catch {
            throw Stop(.usage, error.description)
        }
        if footer {
            let form = "\(settings.http.publicURL)\(asked.path)"
            return Output.text(text ? block.text(form: form) : block.html(form: form), terminator: "")
        }
        let isSplit = split || links.split
        if let warning = Self.warning(syntax, isSplit: isSplit) { Output.note(warning + "\n") }
        let link = syntax.tag(for: field) + (isSplit ? syntax.tag(for: field + "2") : "")
        Output.text(text ? block.text(link: link) : block.html(link: link), terminator: "")
    }

    /// What is probably forgotten; nil for nothing.
    static func warning(_ syntax: MergeSyntax, isSplit: Bool) -> String? {
        guard syntax == .mailchimp, !isSplit else { return nil }
        return """
            Careful: a field of Mailchimp's holds \(LinkJob.fieldLimit) bytes, and most links are longer. Unless links has told you \
            that none is, give --split, to links and to links email.
            """
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
    }
}

/// How a mail tool is told to put a contact's own value into a message.
enum MergeSyntax: String, CaseIterable, ExpressibleByArgument {
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
