import NPSModel

/// A built-in source: how a known survey tool signs and what its payloads mean, from a data file in `Presets/`.
package struct Preset: Sendable {
    /// How well it is known that the tool works like this.
    package enum Status: String, Sendable, Codable, CaseIterable {
        /// By the vendor's own documentation.
        case documented
        /// Only by integration code that others have published.
        case fromIntegrations = "from integration code"
        case unverified
    }

    package let name: String
    package let description: String
    package let status: Status
    /// What to do instead, where the tool's webhooks lack something that a response needs; nil otherwise.
    package let advice: String?
    /// The data file's text, as a start for an operator's own file.
    package let yaml: String
    let file: SourceFile
}

extension SourceCatalogue {
    /// All presets, in the order in which they are listed.
    package static let presets: [Preset] = readPresets().presets

    /// All presets and the problems of their files. A test checks that there are none.
    static func readPresets() -> (presets: [Preset], problems: [ConfigurationProblem]) {
        var presets: [Preset] = []
        var problems: [ConfigurationProblem] = []
        for (name, yaml) in PresetFiles.all {
            let base = Dictionary(uniqueKeysWithValues: presets.map { ($0.name, $0.file) })
            var reader = SourceFileReader(place: "\(name).yaml", presets: base)
            let text = String(decoding: yaml, as: UTF8.self)
            let file = reader.read(text)
            problems += reader.problems
            guard let file else { continue }
            presets.append(
                Preset(
                    name: name,
                    description: file.description ?? "",
                    status: file.status ?? .unverified,
                    advice: file.advice,
                    yaml: text,
                    file: file
                )
            )
        }
        return (presets, problems)
    }
}

/// The data files in `Presets/`, embedded into the binary. A preset comes after the one that it builds on.
enum PresetFiles {
    static let all: [(name: String, yaml: [UInt8])] = [
        ("standard", PackageResources.standard_yaml),
        ("svix", PackageResources.svix_yaml),
        ("typeform", PackageResources.typeform_yaml),
        ("tally", PackageResources.tally_yaml),
        ("delighted", PackageResources.delighted_yaml),
        ("alchemer", PackageResources.alchemer_yaml),
        ("jotform", PackageResources.jotform_yaml),
        ("fillout", PackageResources.fillout_yaml),
        ("smartsurvey", PackageResources.smartsurvey_yaml),
        ("opnform", PackageResources.opnform_yaml),
        ("hubspot", PackageResources.hubspot_yaml),
        ("hubspot-legacy", PackageResources.hubspot_legacy_yaml),
        ("zendesk", PackageResources.zendesk_yaml),
        ("intercom", PackageResources.intercom_yaml),
        ("posthog", PackageResources.posthog_yaml),
        ("google-forms", PackageResources.google_forms_yaml),
        ("github", PackageResources.github_yaml),
        ("stripe", PackageResources.stripe_yaml),
        ("slack", PackageResources.slack_yaml),
        ("shopify", PackageResources.shopify_yaml),
        ("formbricks", PackageResources.formbricks_yaml),
        ("surveymonkey", PackageResources.surveymonkey_yaml),
        ("qualtrics", PackageResources.qualtrics_yaml),
        ("survicate", PackageResources.survicate_yaml),
        ("chameleon", PackageResources.chameleon_yaml),
        ("wootric", PackageResources.wootric_yaml),
        ("satismeter", PackageResources.satismeter_yaml),
        ("asknicely", PackageResources.asknicely_yaml),
        ("retently", PackageResources.retently_yaml),
        ("refiner", PackageResources.refiner_yaml),
        ("helpscout", PackageResources.helpscout_yaml),
        ("productfruits", PackageResources.productfruits_yaml),
        ("screeb", PackageResources.screeb_yaml),
    ]
}
