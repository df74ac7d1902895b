import Foundation
import NPSModel
import NPSPages

/// One survey as a file of `surveys.directory` describes it, checked. What it leaves out is as the settings have it.
struct SurveyFile: Sendable, Hashable {
    /// Nil for `survey.subject`.
    var subject: String?
    /// Nil for `survey.brand`.
    var brand: String?
    /// Nil for `survey.accent`.
    var accent: Accent?
    /// Own wording by language and the sentence's name.
    var sentences: [Language: [String: String]] = [:]
    /// False where only emailed links lead to it.
    var isOpen = true
    /// Nil where it is open from the beginning.
    var opensAt: Opening?
    /// Nil where it never closes.
    var closesAt: Date?
    var campaignID: String?
    var companyID: String?
    var custom: [String: JSONValue] = [:]
    /// What the address of the open form may say of an answer, as custom properties of these names.
    var parameters: [String] = []
    var options = PageOptions()

    struct Opening: Sendable, Hashable {
        let date: Date
        /// A date on whose day in UTC it is where the file gives the time.
        let day: Date
    }
}
