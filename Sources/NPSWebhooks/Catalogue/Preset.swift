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
    let file: SourceFile
}
