import Foundation
import NPSModel

/// What a source file or preset says; nil is what it leaves unsaid.
struct SourceFile: Sendable {
    struct Program: Sendable, Hashable {
        /// A jq program; `.` alone takes the payload as it is.
        var text: String
        /// The file that it stands in, which is the preset's when the source only overrides the rest.
        var place: String
        /// The program's first line in that file; nil when its lines aren't the file's.
        var line: Int?
    }

    var description: String?
    var status: Preset.Status?
    var signature: SignaturePolicy?
    var mapping: Program?
    /// For dates of the tool that state no zone.
    var timeZone: TimeZone?
    /// What to do instead, where the tool's webhooks can't hold what a response needs.
    var advice: String?
    /// What the tool sends without a signature to see whether the address answers; exactly this object is ignored
    /// kindly. Nil, as in all presets, refuses everything unsigned.
    var unsignedPing: JSONValue?
    /// Kinds of bodies that are taken; nil = by the signature.
    var bodies: [PayloadKind]?

    /// Where a token stands for the body instead of a signature, its kind makes no difference.
    var takenBodies: [PayloadKind] {
        if let bodies { return bodies }
        guard let signature else { return [.json] }
        return signature.readsForm ? [.form] : signature.signsBody ? [.json] : PayloadKind.allCases
    }
}
