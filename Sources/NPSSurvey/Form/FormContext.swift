/// Whose page it is: in which language, where its form is sent, and what is known of the person.
package struct FormContext: Sendable, Hashable {
    package var language: Language
    /// The path, base path and query included, to which the form is sent and where links to the form lead; nil for
    /// the open form's.
    package var action: String?
    /// The link says who answers, so the address is not asked and ``FormValues/email`` never printed.
    package var isPersonal: Bool
    /// The answer that was given before; nil when there is none.
    package var earlier: EarlierAnswer?

    package init(
        language: Language = .english,
        action: String? = nil,
        isPersonal: Bool = false,
        earlier: EarlierAnswer? = nil
    ) {
        self.language = language
        self.action = action
        self.isPersonal = isPersonal
        self.earlier = earlier
    }
}
