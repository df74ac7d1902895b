import Foundation
import NPSModel
import NPSPages
import NPSSurvey

/// Makes one contact's link.
struct LinkMinting {
    let keys: LinkKeys
    /// The address in front of the token.
    let address: String
    let survey: String?
    let issuedAt: Date
    let expiresAt: Date
    /// Whether there is a form in a language.
    let speaks: (Language) -> Bool

    /// The contact's link. What would make it too long is left out of the contact, which then says so.
    func link(for contact: inout LinkColumns.Contact) throws(LinkColumns.Flaw) -> String {
        let email: EmailAddress
        do throws(FieldProblem) {
            email = try EmailAddress(contact.email)
        } catch {
            throw LinkColumns.Flaw(sentence: "\(error.field) \(error.message)")
        }
        while true {
            do throws(LinkError) {
                return address + (try keys.mint(claims(of: contact, email)))
            } catch {
                guard case .unmintable(let problem) = error else { throw LinkColumns.Flaw(sentence: error.description) }
                guard contact.shorten() else { throw LinkColumns.Flaw(sentence: problem) }
            }
        }
    }

    private func claims(of contact: LinkColumns.Contact, _ email: EmailAddress) throws(LinkError) -> LinkClaims {
        var language: Language?
        if case .tag(let tag)? = contact.language { language = tag }
        return try LinkClaims(
            id: contact.id ?? Self.freshID(),
            email: email,
            expiresAt: expiresAt,
            issuedAt: issuedAt,
            survey: survey,
            campaignID: contact.campaignID,
            companyID: contact.companyID,
            custom: contact.custom,
            language: language
        )
    }

    /// 128 random bits.
    private static func freshID() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
