package import Foundation

/// That an operator did something: who by, what and to how much; never a word or an address of anybody.
package struct AuditEntry: Sendable, Hashable, Codable {
    package enum Actor: String, Sendable, Hashable, Codable, CaseIterable {
        /// One of the operators' pages.
        case page
        /// A verb of this program.
        case verb
        /// Another program that has the token.
        case token
    }

    package enum Action: String, Sendable, Hashable, Codable, CaseIterable {
        case retry, replay, discard, erase, backup
    }

    /// Grows; never used twice.
    package let number: Int64
    package let at: Date
    package let actor: Actor
    package let action: Action
    /// To what: ids of responses or entries, or which kind of them; never what a person wrote.
    package let subject: String
    /// What came of it, in a sentence.
    package let outcome: String

    package init(number: Int64, at: Date, actor: Actor, action: Action, subject: String, outcome: String) {
        (self.number, self.at, self.actor, self.action) = (number, at, actor, action)
        (self.subject, self.outcome) = (subject, outcome)
    }
}
