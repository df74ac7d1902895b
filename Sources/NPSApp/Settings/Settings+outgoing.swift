import NPSWebhooks

/// Whom it sends to.
extension Settings {
    static func readPlanhat(_ reader: inout SettingsReader, requirements: Set<Requirement>) -> Planhat {
        let url = reader.value(Setting.planhatURL)
        if let problem = planhatURLProblem(url) { reader.note(problem) }
        let token = reader.secret(Setting.planhatToken)
        if token == nil, requirements.contains(.planhatToken), !reader.isWithheld(Setting.planhatToken.key) {
            reader.note(
                "planhat.token is missing: give the token of a Planhat service account, as PLANHAT_TOKEN or planhat.token-file."
            )
        }
        return Planhat(
            url: url,
            token: token,
            requestsPerMinute: reader.value(Setting.requestsPerMinute),
            batchSize: reader.value(Setting.batchSize)
        )
    }

    private static func planhatURLProblem(_ text: String) -> String? {
        switch ReceiverFlaw(of: text) {
        case .noAddress: "planhat.url must be an https address such as https://api.planhat.com."
        case .inClear: "planhat.url must begin with https: the token is never sent in clear except to this machine."
        case .namesUser, nil: nil
        }
    }

    static func readAlerts(_ reader: inout SettingsReader) -> AlertReceiver? {
        let url = reader.secret(Setting.alertsURL)
        let secret = reader.secret(Setting.alertsSecret)
        let format = reader.value(Setting.alertsFormat)
        let signer = secret.flatMap { StandardSigner(secret: $0) }
        if secret != nil, signer == nil {
            reader.note("alerts.secret must be whsec_ and 24 to 64 bytes in Base64, as Standard Webhooks has it.")
        }
        guard let url else {
            if secret != nil, !reader.isWithheld(Setting.alertsURL.key) {
                reader.note("alerts.secret is of no use without alerts.url: say where alerts go.")
            }
            return nil
        }
        if let problem = alertsURLProblem(url) { reader.note(problem) }
        if format == .standard, secret == nil, !reader.isWithheld(Setting.alertsSecret.key) {
            reader.note("alerts.secret is missing: the format standard is signed with it. For Slack set alerts.format.")
        }
        return AlertReceiver(url: url, signer: format == .standard ? signer : nil)
    }

    /// Says nothing of the address, which may be a secret.
    private static func alertsURLProblem(_ text: String) -> String? {
        switch ReceiverFlaw(of: text) {
        case .noAddress: "alerts.url must be an https address."
        case .namesUser: "alerts.url must have no user name in it: what is sent is signed."
        case .inClear: "alerts.url must begin with https: alerts are never sent in clear except to this machine."
        case nil: nil
        }
    }
}
