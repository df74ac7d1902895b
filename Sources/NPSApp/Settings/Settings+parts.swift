import Foundation
package import Logging
import NPSDelivery
package import NPSQueue
package import NPSServer
package import NPSSurvey
package import NPSWebhooks
package import PlanhatAPI

extension Settings {
    /// The webhook sources that secrets switch on.
    package func makeCatalogue() throws(SettingsError) -> SourceCatalogue { try makeSources().current }

    /// The same sources, which can be read again; the secrets stay those of the start.
    func makeSources() throws(SettingsError) -> ReloadableSources {
        if let sources = contents.sources { return sources }
        do throws(WebhookError) {
            return try Self.sources(webhooks)
        } catch {
            throw SettingsError(error.sentences)
        }
    }

    static func sources(_ webhooks: Webhooks) throws(WebhookError) -> ReloadableSources {
        try ReloadableSources { _ throws(WebhookError) in
            try SourceCatalogue(directory: webhooks.directory, secrets: webhooks.secrets)
        }
    }

    /// The pages, from `public/` in the working directory if there is one, otherwise from the binary.
    package func makePages() throws(SettingsError) -> SurveyPages {
        if let pages = contents.pages { return pages }
        do throws(SurveyError) {
            return try Self.pages(survey, basePath: http.publicURL.basePath)
        } catch {
            throw SettingsError([error.description])
        }
    }

    static func pages(_ survey: Survey, basePath: String) throws(SurveyError) -> SurveyPages {
        try SurveyPages(
            subject: survey.subject,
            basePath: basePath,
            publicDirectory: publicDirectory,
            appearance: survey.appearance
        )
    }

    /// The surveys of `surveys.directory`, which can be read again; nil without one.
    ///
    /// - Parameter pages: those of ``makePages()``.
    package func makeSurveys(adapting pages: SurveyPages) throws(SettingsError) -> ReloadableSurveys? {
        if let surveys = contents.surveys { return surveys }
        guard let directory = surveysDirectory else { return nil }
        do throws(SurveyError) {
            return try Self.surveys(directory, adapting: pages)
        } catch {
            throw SettingsError(error.sentences)
        }
    }

    static func surveys(_ directory: String, adapting pages: SurveyPages) throws(SurveyError) -> ReloadableSurveys {
        try ReloadableSurveys { former throws(SurveyError) in
            try SurveyCatalogue(directory: directory, adapting: pages, after: former)
        }
    }

    /// Nil when there is no such directory: then the pages built into the program are used.
    package static var publicDirectory: String? {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: "public", isDirectory: &isDirectory)
        return exists && isDirectory.boolValue ? "public" : nil
    }

    /// A client for the API that `planhat.url` names.
    package func makeClient(logger: Logger) throws(SettingsError) -> PlanhatClient {
        guard let token = planhat.token else {
            throw SettingsError(["planhat.token is missing: give PLANHAT_TOKEN or planhat.token-file."])
        }
        var configuration = PlanhatClient.Configuration(baseURL: planhat.url, token: token)
        if case .postgres = queue.store { configuration.sendsAtOnce = true }
        do throws(PlanhatError) {
            return try PlanhatClient(configuration: configuration, logger: logger)
        } catch {
            throw SettingsError([error.description])
        }
    }

    /// How the queue is opened.
    package func makeQueueConfiguration() -> ResponseQueue.Configuration {
        var configuration = ResponseQueue.Configuration(queue.store)
        configuration.quarantineByteLimit = quarantine.maxBytes
        let client = PlanhatClient.Configuration(baseURL: planhat.url, token: "")
        let grace = DeliveryPlan.Configuration().grace
        configuration.ambiguousGrace = { client.timeLimit(upserting: $0) / .seconds(1) + grace }
        return configuration
    }
}

extension Settings {
    /// Where the redirect listener listens; nil for nowhere.
    var redirectAddress: ListenAddress? {
        guard let port = http.redirectPort, case .hostname(let host, _) = http.address else { return nil }
        return .hostname(host, port: port)
    }

    /// Why a listener couldn't be opened where the settings have it. That something listens there already is none.
    package var listenProblems: [ServerError] {
        let places = [
            (http.address, PublicListener.setting(of: [http.address])), (redirectAddress, RedirectListener.setting),
            (ListenAddress.hostname(admin.host, port: admin.port), AdminListener.setting),
        ]
        return places.compactMap { address, setting in address?.problem(setting: setting) }
    }
}
