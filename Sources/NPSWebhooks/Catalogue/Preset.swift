/// A survey tool that is known beforehand, as a data file in `Presets/`.
package struct Preset: Sendable {
    package enum Status: String, Sendable, Codable, CaseIterable {
        /// The vendor's own pages say so.
        case documented
        /// Others' integration code says so.
        case fromIntegrations = "from integration code"
        case unverified
    }

    package let name: String
    package let description: String
    package let status: Status
    /// What to do instead, where the tool's webhooks can't hold what a response needs; nil otherwise.
    package let advice: String?
    /// The data file's text, to start one's own from.
    package let yaml: String
    let file: SourceFile
}
