/// What a source file or preset says; nil is left to the preset beneath it.
struct SourceFile: Sendable {
    var preset: String?
    var description: String?
    var status: Preset.Status?
    var signature: SignatureScheme?
    /// A jq program; `.` alone takes the payload as it is.
    var mapping: String?

    /// This file's words over those of another.
    func over(_ base: SourceFile) -> SourceFile {
        SourceFile(
            preset: nil,
            description: description ?? base.description,
            status: status ?? base.status,
            signature: signature ?? base.signature,
            mapping: mapping ?? base.mapping
        )
    }
}
