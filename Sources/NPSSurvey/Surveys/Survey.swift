package import Foundation
import NPSModel
import NPSPages

/// One survey: what it asks, when, and what it says of every answer to it.
///
/// It never changes. A class, because a request passes it around, and a copy of all its parts costs more than the page.
package final class Survey: Sendable {
    /// Whether answers are taken.
    package enum Phase: Sendable, Hashable {
        /// With a date on whose day in UTC it opens.
        case notYet(day: Date)
        case open
        case closed
    }

    /// A form that was shown before the survey closed may be sent for as long afterwards, in seconds.
    package static let grace: TimeInterval = 3_600

    /// Nil for the survey of the settings.
    package let name: String?
    package let pages: SurveyPages
    /// Whether everybody may answer; otherwise only who has a link.
    package let isOpen: Bool
    /// What its answers get that don't say it themselves.
    let campaignID: String?
    let companyID: String?
    let custom: [String: JSONValue]
    /// What the address of the open form may say of an answer.
    private let parameters: [String]
    private let opensAt: SurveyFile.Opening?
    package let closesAt: Date?

    /// The survey of the settings.
    package convenience init(_ pages: SurveyPages, isOpen: Bool) {
        self.init(nil, SurveyFile(isOpen: isOpen), pages)
    }

    init(_ name: String?, _ file: SurveyFile, _ pages: SurveyPages) {
        self.name = name
        self.pages = pages
        isOpen = file.isOpen
        campaignID = file.campaignID
        companyID = file.companyID
        custom = file.custom
        parameters = file.parameters
        opensAt = file.opensAt
        closesAt = file.closesAt
    }

    /// Where its open form is, below the base path.
    package var path: String { name.map { "/survey/\($0)" } ?? "/survey" }

    package func phase(at now: Date) -> Phase {
        if let opensAt, now < opensAt.date { return .notYet(day: opensAt.day) }
        return closesAt.map { now < $0 } ?? true ? .open : .closed
    }

    /// The same for a form that is sent: who began to answer in time has some time left.
    ///
    /// A survey that is closed shows no forms but those that come back to who began in time, to be corrected or sent once
    /// more. So whoever has a form with a stamp of ours began in time, whatever its date.
    ///
    /// - Parameter printed: when the form was shown, as its stamp for this survey proves; nil when it proves nothing.
    package func phase(at now: Date, printedAt printed: Date?) -> Phase {
        let phase = phase(at: now)
        guard let printed else { return phase }
        switch phase {
        case .open: return .open
        // The clock was set back.
        case .notYet: return opensAt.map { printed >= $0.date } == true ? .open : phase
        case .closed: return closesAt.map { now < $0.addingTimeInterval(Self.grace) } == true ? .open : phase
        }
    }

    /// Adds to the members of a draft what the survey says of its answers and the draft doesn't.
    func complete(_ members: inout [String: JSONValue]) {
        if members["campaignId"] == nil { members["campaignId"] = campaignID.map(JSONValue.string) }
        if members["companyId"] == nil { members["companyId"] = companyID.map(JSONValue.string) }
        var custom = custom
        if case .object(let own)? = members["custom"] { custom.merge(own) { _, own in own } }
        if !custom.isEmpty { members["custom"] = .object(custom) }
    }

    static let mostParameters = 10
    /// What the addresses of the open form say themselves.
    private static let ownParameters: Set = ["lang", "score", "answer", "said"]

    static func isParameter(_ name: String) -> Bool {
        CustomProperty.isName(name) && !ownParameters.contains(name)
            && name.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2d || $0 == 0x5f }
    }

    /// The custom properties that the query of a form's address gives, in the order in which the survey names them. Those
    /// that can't be used are left out: whoever opens the form is not to blame for its address.
    package func properties(inQuery query: String?) -> [(name: String, value: String)] {
        guard !parameters.isEmpty, let query else { return [] }
        var found: [String: String] = [:]
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            guard let fields = try? URLEncodedForm(Array(pair), fields: Set(parameters)).fields else { continue }
            found.merge(fields) { first, _ in first }
        }
        return parameters.compactMap { name in
            guard let value = found[name]?.trimmingInvisible, CustomProperty.isValue(.string(value)) else { return nil }
            return (name, value)
        }
    }

    /// Only characters that need no escape in a URL's path; `thanks` is the page after an answer.
    package static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name != "thanks"
            && name.utf8.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }
    }
}

extension Survey: CustomStringConvertible {
    /// When it can be answered by whom: `open`, `links only, closes 2026-12-31T00:00:00.000Z`.
    package var description: String {
        let times = [
            opensAt.map { "opens \(Timestamp.format($0.date))" }, closesAt.map { "closes \(Timestamp.format($0))" },
        ]
        return ([isOpen ? "open" : "links only"] + times.compactMap(\.self)).joined(separator: ", ")
    }
}
