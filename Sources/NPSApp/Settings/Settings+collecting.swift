import NPSServer
import NPSSurvey
import NPSWebhooks

/// What is asked, and how that looks.
extension Settings {
    static func readSurvey(_ reader: inout SettingsReader) -> Survey {
        Survey(
            isOpen: reader.value(Setting.surveyOpen),
            subject: reader.value(Setting.subject),
            appearance: readAppearance(&reader),
            linkKeys: readLinkKeys(&reader)
        )
    }

    private static func readLinkKeys(_ reader: inout SettingsReader) -> LinkKeys {
        do throws(LinkError) {
            return try LinkKeys(reader.secrets(Setting.linkKeys) ?? [])
        } catch {
            reader.note(error.description)
            return LinkKeys.none
        }
    }

    /// Nil only when problems were noted.
    static func readSurveys(
        _ directory: String,
        adapting pages: SurveyPages,
        _ reader: inout SettingsReader
    ) -> ReloadableSurveys? {
        do throws(SurveyError) {
            let surveys = try surveys(directory, adapting: pages)
            for named in surveys.current.surveys { reader.describe(named, in: directory) }
            return surveys
        } catch {
            for problem in error.sentences { reader.note(problem) }
            return nil
        }
    }

    /// Problems are noted, and whatever has one keeps its built-in look.
    static func readAppearance(_ reader: inout SettingsReader) -> Appearance {
        var appearance = Appearance(brand: reader.value(Setting.brand))
        let accent = reader.value(Setting.accent)
        let ancestors = reader.list(Setting.frameAncestors)
        do throws(SurveyError) {
            appearance.accent = try accent.map { text throws(SurveyError) in try Accent(text) }
        } catch {
            reader.note(error.description)
        }
        do throws(SurveyError) {
            appearance.frameAncestors = try FrameAncestors(ancestors)
        } catch {
            reader.note(error.description)
        }
        return appearance
    }
}

/// Whose webhooks are taken.
extension Settings {
    static func readWebhooks(_ reader: inout SettingsReader, names: [String]) -> Webhooks {
        let directory = reader.value(Setting.webhooksDirectory)
        var secrets: [String: ConfiguredSecrets] = [:]
        for name in names {
            secrets[name] = reader.secrets(ofSource: name)
        }
        return Webhooks(directory: directory, secrets: secrets)
    }

    /// Nil only when problems were noted.
    static func readSources(_ webhooks: Webhooks, _ reader: inout SettingsReader) -> ReloadableSources? {
        do throws(WebhookError) {
            let sources = try sources(webhooks)
            for source in sources.current.sources {
                if let summary = source.secretSummary { reader.describeSecrets(ofSource: source.name, summary) }
            }
            return sources
        } catch {
            for problem in error.sentences {
                // That it is missing follows from why it can't be had.
                let key = problem.prefix { $0 != ":" }
                if !reader.isWithheld(String(key)) { reader.note(problem) }
            }
            return nil
        }
    }
}
