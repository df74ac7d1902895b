/// The data files in `Presets/`, embedded into the binary; a preset stands after the one that it builds on.
enum PresetFiles {
    static let all: [(name: String, yaml: [UInt8])] = [
        ("standard", PackageResources.standard_yaml),
        ("svix", PackageResources.svix_yaml),
        ("typeform", PackageResources.typeform_yaml),
        ("tally", PackageResources.tally_yaml),
        ("delighted", PackageResources.delighted_yaml),
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
