package import Foundation
package import NPSModel
package import NPSPages

/// What a link says about the person it was sent to: the claims of its token.
package struct LinkClaims: Sendable, Hashable {
    /// The limits of the claims, in bytes of UTF-8.
    package enum Limit {
        package static let identifier = 200
        package static let language = 35
    }

    /// `jti`: names the answer. Whoever opens the link again changes that answer.
    package let id: String
    package let email: EmailAddress
    /// `exp`, in whole seconds.
    package let expiresAt: Date
    /// `iat`: when the link was made; taken as the time the question was sent.
    package let issuedAt: Date?
    /// Answers with the same `jti` to different surveys are different answers.
    package let survey: String?
    package let campaignID: String?
    package let companyID: String?
    /// What is known of the person, as custom properties of the answer.
    package let custom: [String: JSONValue]
    /// The form's language, a BCP 47 tag.
    package let language: Language?
    /// The provider's id of the answer, which never changes: made of the `jti`, the address and the survey, if one is
    /// named. Two people whose links were made with the same `jti` don't share an answer.
    ///
    /// Ids of the open form begin with 32 hex digits, which its sender can choose. No link's answer has such an id, so
    /// none can be overwritten from the open form.
    package let providerID: String

    /// - Throws: ``LinkError/unmintable(problem:)`` for a claim that is empty, too long or not printable.
    package init(
        id: String,
        email: EmailAddress,
        expiresAt: Date,
        issuedAt: Date? = nil,
        survey: String? = nil,
        campaignID: String? = nil,
        companyID: String? = nil,
        custom: [String: JSONValue] = [:],
        language: Language? = nil
    ) throws(LinkError) {
        let texts = [("jti", id), ("survey", survey), ("campaignId", campaignID), ("companyId", companyID)]
        for case (let name, let text?) in texts where !Self.isIdentifier(text) {
            throw .unmintable(problem: "\(name) must be 1 to \(Limit.identifier) bytes without control characters")
        }
        for case (let kind, let name, let text?) in [
            (PlanhatReference.campaign, "campaignId", campaignID), (.company, "companyId", companyID),
        ] where !kind.admits(text) {
            throw .unmintable(problem: "\(name) \(kind.rule)")
        }
        guard custom.count <= CustomProperty.Limit.count,
            custom.allSatisfy({ CustomProperty.isName($0.key) && CustomProperty.isValue($0.value) })
        else {
            throw .unmintable(
                problem:
                    "custom must have at most \(CustomProperty.Limit.count) properties, each a short text, a number or a flag"
            )
        }
        if let language, !Self.isLanguageTag(language.tag) {
            throw .unmintable(problem: "lang must be a language tag such as de or pt-BR")
        }
        guard Self.seconds(expiresAt) != nil, issuedAt.map({ Self.seconds($0) != nil }) ?? true else {
            throw .unmintable(problem: "exp and iat must lie in the years 1970 to 9999")
        }
        self.id = id
        self.email = email
        self.expiresAt = expiresAt
        self.issuedAt = issuedAt
        self.survey = survey
        self.campaignID = campaignID
        self.companyID = companyID
        self.custom = custom
        self.language = language
        let own = "\(id)/\(FormValues.mark(of: email.address))"
        providerID = survey.map { "\($0.utf8.count)/\($0)/\(own)" } ?? "link:" + own
    }

    /// Whether a text can be a `jti`, the name of a survey or an id at Planhat.
    package static func isIdentifier(_ text: String) -> Bool {
        (1...Limit.identifier).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
    }

    /// Letters, digits and hyphens, beginning with two or three letters: enough of RFC 5646 §2.1 to be safe anywhere.
    package static func isLanguageTag(_ text: String) -> Bool {
        guard text.utf8.count <= Limit.language else { return false }
        let subtags = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let first = subtags.first, (2...3).contains(first.count), first.allSatisfy(isLetter) else { return false }
        return subtags.dropFirst().allSatisfy { subtag in
            (1...8).contains(subtag.count) && subtag.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }

    /// Whole seconds since 1970; nil outside the years 1970–9999.
    private static func seconds(_ date: Date) -> Int64? {
        let seconds = date.timeIntervalSince1970
        guard seconds >= 0, seconds < 253_402_300_800 else { return nil }
        return Int64(seconds)
    }
}

extension LinkClaims {
    /// The claims as the token's JSON (RFC 7519 §4), keys sorted.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "jti": .string(id),
            "email": .string(email.address),
            "exp": .integer(Self.seconds(expiresAt) ?? 0),
        ]
        members["iat"] = issuedAt.flatMap(Self.seconds).map(JSONValue.integer)
        members["survey"] = survey.map(JSONValue.string)
        members["campaignId"] = campaignID.map(JSONValue.string)
        members["companyId"] = companyID.map(JSONValue.string)
        if !custom.isEmpty { members["custom"] = .object(custom) }
        members["lang"] = language.map { .string($0.tag) }
        return .object(members)
    }

    /// Nil unless every claim we know has its type and size. Claims we don't know are ignored (RFC 7519 §4); null counts
    /// as missing for optional claims only. A campaign or company id that Planhat can't have, a custom property that can't be
    /// one, and a malformed language are left out: they are no reason to lose the person's answer.
    init?(json: JSONValue) {
        guard case .object(let members) = json else { return nil }
        guard let id = members["jti"]?.string, let address = members["email"]?.string,
            let email = try? EmailAddress(address), let expiresAt = members["exp"].flatMap(Self.date)
        else { return nil }
        var isSound = true
        func optional<Value>(_ name: String, _ read: (JSONValue) -> Value?) -> Value? {
            guard let member = members[name], !member.isNull else { return nil }
            let value = read(member)
            isSound = isSound && value != nil
            return value
        }
        let issuedAt = optional("iat", Self.date)
        let survey = optional("survey", \.string)
        let campaignID = optional("campaignId", Self.identifier).flatMap {
            PlanhatReference.campaign.admits($0) ? $0 : nil
        }
        let companyID = optional("companyId", Self.identifier).flatMap {
            PlanhatReference.company.admits($0) ? $0 : nil
        }
        let language = optional("lang", \.string).flatMap { Self.isLanguageTag($0) ? $0 : nil }
        guard isSound else { return nil }
        try? self.init(
            id: id,
            email: email,
            expiresAt: expiresAt,
            issuedAt: issuedAt,
            survey: survey,
            campaignID: campaignID,
            companyID: companyID,
            custom: Self.properties(members["custom"]),
            language: language.map(Language.init)
        )
    }

    private static func properties(_ value: JSONValue?) -> [String: JSONValue] {
        guard case .object(let members)? = value else { return [:] }
        let usable = members.filter { CustomProperty.isName($0.key) && CustomProperty.isValue($0.value) }
        guard usable.count > CustomProperty.Limit.count else { return usable }
        let kept = usable.sorted { $0.key < $1.key }.prefix(CustomProperty.Limit.count)
        return Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }

    private static func identifier(_ value: JSONValue) -> String? {
        value.string.flatMap { isIdentifier($0) ? $0 : nil }
    }

    /// A NumericDate (RFC 7519 §2), which may have a fraction.
    private static func date(_ value: JSONValue) -> Date? {
        switch value {
        case .integer(let seconds): Date(timeIntervalSince1970: Double(seconds))
        case .number(let seconds): Date(timeIntervalSince1970: seconds)
        default: nil
        }
    }
}
