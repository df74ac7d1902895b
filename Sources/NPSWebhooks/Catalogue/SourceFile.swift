import Foundation
import NPSModel

/// The contents of a source file or preset; nil for a key that it doesn't have.
struct SourceFile: Sendable {
    struct Program: Sendable, Hashable {
        /// A jq program; `.` alone uses the payload as it is.
        var text: String
        /// The file that it is in: the preset's when the source's file has no mapping of its own.
        var place: String
        /// The line of that file on which the program begins; nil when their lines don't correspond.
        var line: Int?
    }

    var description: String?
    var status: Preset.Status?
    var signature: SignaturePolicy?
    var mapping: Program?
    /// The zone of the tool's dates that state none.
    var timeZone: TimeZone?
    /// What to do instead, where the tool's webhooks lack something that a response needs.
    var advice: String?
    /// What the tool sends unsigned to test whether the address answers: exactly this object is acknowledged and ignored.
    /// Nil, as in all presets, refuses everything unsigned.
    var unsignedPing: JSONValue?
    /// The kinds of body that are accepted; nil = ``takenBodies`` follow from the signature.
    var bodies: [PayloadKind]?

    /// The kinds of body that are accepted: by default the one that is signed, or all when a token authenticates the
    /// request and nothing in the body is signed.
    var takenBodies: [PayloadKind] {
        if let bodies { return bodies }
        guard let signature else { return [.json] }
        return signature.readsForm ? [.form] : signature.signsBody ? [.json] : PayloadKind.allCases
    }
}
