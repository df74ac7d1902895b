import Crypto
package import Foundation
package import NPSModel
import NPSPages

/// What a person typed into the form, unchecked, so that it can be shown again exactly as it was.
package struct FormValues: Sendable, Hashable {
    /// The largest form that is read. A browser sends a Chinese or Japanese character as nine bytes, so the longest
    /// comment, 10,000 of them, takes 90,000; the rest is for the other fields.
    package static let byteLimit = 98_304

    package let nonce: FormNonce
    package var email: String
    package var score: String
    package var comment: String
    /// ``FormSeal``'s stamp, which goes out and comes back in a hidden field as it is. Empty: none.
    package var issued: String
    /// What the form showed of an earlier comment; nil for a form that knew of no earlier answer.
    package var earlierComment: EarlierComment?
    /// The box that removes the earlier comment is ticked.
    package var removesComment: Bool
    /// What stands in the field that people don't see. Bots fill it, and sometimes a person's password manager.
    package var trap: String

    /// An empty form.
    package init(
        nonce: FormNonce = FormNonce(),
        email: String = "",
        score: String = "",
        comment: String = "",
        issued: String = "",
        earlierComment: EarlierComment? = nil,
        removesComment: Bool = false,
        trap: String = ""
    ) {
        self.nonce = nonce
        self.email = email
        self.score = score
        self.comment = comment
        self.issued = issued
        self.earlierComment = earlierComment
        self.removesComment = removesComment
        self.trap = trap
    }
}

extension FormValues {
    package static let mediaType = URLEncodedForm.mediaType
    /// Of the field that people don't see. No browser and no password manager knows the name as that of something it
    /// could fill in.
    private static let trapName = "nps_blank"
    private static let fields: Set = ["nonce", "email", "score", "comment", "issued", "earlier", "remove", trapName]

    /// Reads a submitted form.
    ///
    /// Unknown fields are ignored, missing ones are empty, one given twice is an error. Line ends in the comment
    /// become LF. A form without a usable nonce is not refused: it gets a fresh one, and loses only the protection
    /// against being counted twice when it is sent twice.
    ///
    /// - Parameter contentType: the request's `Content-Type`; nil when it has none, which no browser does.
    package init(parsing body: [UInt8], contentType: String? = mediaType) throws(SurveyError) {
        var generator = SystemRandomNumberGenerator()
        try self.init(parsing: body, contentType: contentType, using: &generator)
    }

    package init(
        parsing body: [UInt8],
        contentType: String? = mediaType,
        using generator: inout some RandomNumberGenerator
    ) throws(SurveyError) {
        guard URLEncodedForm.isMediaType(contentType) else { throw .formNotURLEncoded }
        guard body.count <= Self.byteLimit else { throw .formTooLarge }
        let fields: [String: String]
        do throws(PageError) {
            fields = try URLEncodedForm(body, fields: Self.fields).fields
        } catch {
            throw SurveyError(error)
        }
        self.init(
            nonce: fields["nonce"].flatMap(FormNonce.init) ?? FormNonce(using: &generator),
            email: fields["email"] ?? "",
            score: fields["score"] ?? "",
            comment: Self.withPlainLineEnds(fields["comment"] ?? ""),
            issued: fields["issued"] ?? "",
            earlierComment: fields["earlier"].flatMap(EarlierComment.init),
            removesComment: fields["remove"]?.isEmpty == false,
            trap: fields[Self.trapName] ?? ""
        )
    }

    /// Works on bytes: Swift sees CR LF as one character, and replacing it could make another one with a CR before it.
    private static func withPlainLineEnds(_ text: String) -> String {
        let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        var plain: [UInt8] = []
        plain.reserveCapacity(text.utf8.count)
        var isAfterReturn = false
        for byte in text.utf8 {
            if byte != lineFeed || !isAfterReturn { plain.append(byte == carriageReturn ? lineFeed : byte) }
            isAfterReturn = byte == carriageReturn
        }
        return String(decoding: plain, as: UTF8.self)
    }
}

extension FormValues {
    /// The response that the form makes, or every problem with it.
    ///
    /// The provider's id is made of the nonce and the address, so the same form sent again changes nothing, and with
    /// another score it is an edit. Somebody else who gets hold of the link that leads back to an answer gives an answer of
    /// their own. The time of arrival is not part of the answer's digest.
    ///
    /// - Parameters:
    ///   - survey: which was asked; nil for that of the settings.
    ///   - properties: what the form's address said of the answer.
    ///   - origin: whether a person sent it.
    package func check(
        in survey: Survey? = nil,
        properties: [(name: String, value: String)] = [],
        receivedAt: Date,
        origin: AnswerOrigin = .person
    ) throws(InvalidResponse) -> Submission {
        let own = "\(nonce.text)/\(Self.mark(of: email))"
        var members: [String: JSONValue] = [
            "id": .string(survey?.name.map { "\(own)/\($0)" } ?? own),
            "email": .string(email),
            "score": .string(score),
            "comment": .string(comment),
        ]
        if !properties.isEmpty {
            let custom = properties.map { ($0.name, JSONValue.string($0.value)) }
            members["custom"] = .object(Dictionary(custom) { first, _ in first })
        }
        survey?.complete(&members)
        // A form that changes no earlier answer is the whole answer, also when it is sent again.
        let keepsComment = keepsComment && earlierComment != nil
        return try origin.submission(
            of: members,
            to: survey?.name,
            keepsComment: keepsComment,
            receivedAt: receivedAt
        )
    }

    /// Whoever changes only the number keeps the comment, unless it was shown in the form and emptied there, or its
    /// removal was asked for. Means nothing for a first answer.
    var keepsComment: Bool { earlierComment != .shown && !removesComment }

    /// The same form with a fresh number: another answer.
    package func renewed() -> FormValues {
        FormValues(
            email: email,
            score: score,
            comment: comment,
            issued: issued,
            earlierComment: earlierComment,
            removesComment: removesComment,
            trap: trap
        )
    }

    /// Tells addresses apart within an id without naming them.
    static func mark(of address: String) -> String {
        let text = ((try? EmailAddress(address))?.address ?? address).lowercased()
        return Hexadecimal.encode(SHA256.hash(data: Array(text.utf8)), first: 8)
    }

    /// Nil when none of the eleven numbers is chosen.
    var chosenScore: Int? {
        (try? Score(text: score))?.value
    }
}
