/// The data files in `Presets/`, embedded into the binary; a preset stands after the one that it builds on.
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
        ("zendesk", PackageResources.zendesk_yaml),
        ("intercom", PackageResources.intercom_yaml),
        ("posthog", PackageResources.posthog_yaml),
        ("google-forms", PackageResources.google_forms_yaml),
        ("github", PackageResources.github_yaml),
        ("stripe", PackageResources.stripe_yaml),
        ("slack", PackageResources.slack_yaml),
        ("shopify", PackageResources.shopify_yaml),
    ]
}
