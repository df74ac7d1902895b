package import Foundation
package import Logging
package import NPSQueue
package import NPSServer
package import NPSSurvey
package import NPSWebhooks

/// Every setting of the program, read and checked. The only reader of command line, environment and files.
package struct Settings: Sendable {
    package struct HTTP: Sendable {
        /// Where the public listener binds.
        package let address: ListenAddress
        package let publicURL: PublicURL
        package let trustedProxies: TrustedProxies
        /// Nil = no redirect listener.
        package let redirectPort: Int?
    }

    package struct Admin: Sendable {
        package let host: String
        package let port: Int
        /// What it is asked for under.
        package let hosts: AdminHosts
        /// Nil = queue management is closed.
        package let token: String?
    }

    package struct Planhat: Sendable {
        package let url: String
        /// Nil only for verbs that don't talk to the API.
        package let token: String?
        package let requestsPerMinute: Int
        package let batchSize: Int
    }

    package struct Queue: Sendable {
        package let store: ResponseQueue.Configuration.Store
        /// What this collector is called.
        package let name: String
        /// Seconds; nil = for ever.
        package let receiptRetention: TimeInterval?
        /// Seconds; nil = for ever.
        package let parkedRetention: TimeInterval?
    }

    package struct Quarantine: Sendable {
        /// Seconds; nil = for ever.
        package let retention: TimeInterval?
        /// Room for everything in it together.
        package let maxBytes: Int
    }

    package struct Survey: Sendable {
        package let isOpen: Bool
        package let subject: String
        package let appearance: Appearance
        /// Empty = no emailed links.
        package let linkKeys: LinkKeys
    }

    package struct Webhooks: Sendable {
        package let directory: String?
        /// By source name; the first of each signs in `webhook sign`.
        package let secrets: [String: ConfiguredSecrets]
    }

    package enum LogFormat: String, Sendable, CaseIterable {
        case text
        case json
    }

    package struct Log: Sendable {
        package let level: Logger.Level
        package let format: LogFormat
    }

    package struct Sandbox: Sendable {
        package let host: String
        package let port: Int
        /// Nil = generate one and print it.
        package let token: String?
        package let database: String
    }

    /// What the files say that settings name: whoever uses it later needn't read it again.
    struct Contents: Sendable {
        /// Nil = nobody has required that the sources can be used.
        var sources: ReloadableSources?
        /// Those of the settings' survey, which the others adapt; nil = they weren't needed yet.
        var pages: SurveyPages?
        /// Nil = there is no directory, or nobody has required that its surveys can be used.
        var surveys: ReloadableSurveys?
    }

    package let http: HTTP
    /// Nil = plain HTTP.
    package let tls: TLSFiles?
    /// Where an ACME client puts what its authority looks for. Nil = nowhere.
    let acmeWebroot: String?
    package let admin: Admin
    package let planhat: Planhat
    package let queue: Queue
    package let quarantine: Quarantine
    package let survey: Survey
    /// `surveys.directory`; nil for none.
    package let surveysDirectory: String?
    package let webhooks: Webhooks
    /// Nil when nobody is told.
    package let alerts: AlertReceiver?
    package let log: Log
    package let sandbox: Sandbox
    let contents: Contents
    package let report: SettingsReport

    /// Whether somebody has said what `http.public-url` is; otherwise it follows from the address to listen on.
    var isPublicURLGiven: Bool {
        report.entries.contains { $0.key == Setting.publicURL.key && $0.origin != "default" }
    }
}

/// The effective settings as `check` prints them: every value with the place it came from, no secret readable.
package struct SettingsReport: Sendable {
    package struct Entry: Sendable, Encodable, Equatable {
        package let key: String
        /// Nil when the setting is off.
        package let value: String?
        package let origin: String
    }

    package static let redaction = "(set, not shown)"

    package private(set) var entries: [Entry] = []
    /// What was given and is no setting, though it may have been meant as one: a sentence each.
    package var remarks: [String] = []

    mutating func add(_ key: String, _ value: String?, origin: String) {
        entries.removeAll { $0.key == key }
        entries.append(Entry(key: key, value: value, origin: origin))
    }

    /// Replaces the value of a key that was added, in its place.
    mutating func describe(_ key: String, _ value: String) {
        guard let index = entries.firstIndex(where: { $0.key == key }) else { return }
        entries[index] = Entry(key: key, value: value, origin: entries[index].origin)
    }

    mutating func addSecret(_ key: String, origin: String) {
        add(key, Self.redaction, origin: origin)
    }
}
