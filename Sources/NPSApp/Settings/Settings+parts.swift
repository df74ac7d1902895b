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
    package func makeCatalogue() throws(SettingsError) -> SourceCatalogue {
        do throws(WebhookError) {
            return try readSources()
        } catch {
            throw SettingsError(error.sentences)
        }
    }

    /// The same sources as their files are now; the secrets stay those of the start.
    func readSources() throws(WebhookError) -> SourceCatalogue {
        try SourceCatalogue(directory: webhooks.directory, secrets: webhooks.secrets)
    }

    /// The pages, from `public/` in the working directory if there is one, otherwise from the binary.
    package func makePages() throws(SettingsError) -> SurveyPages {
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
    /// - Parameter pages: those of the settings' survey.
    package func makeSurveys(adapting pages: SurveyPages) throws(SettingsError) -> ReloadableSurveys? {
        guard let directory = surveysDirectory else { return nil }
        let reading: @Sendable () throws(SurveyError) -> SurveyCatalogue = { () throws(SurveyError) in
            try SurveyCatalogue(directory: directory, adapting: pages)
        }
        do throws(SurveyError) {
            return ReloadableSurveys(try reading(), reading: reading)
        } catch {
            throw SettingsError(error.sentences)
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
