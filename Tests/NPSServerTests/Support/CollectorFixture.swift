import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import Logging
import NIOCore
import NPSConsole
import NPSModel
import NPSQueue
import NPSSurvey
import NPSWebhooks
import TestSupport

@testable import NPSServer

/// A collector without listeners: real queue in a directory of its own, real pages, the source `standard`. Queue and
/// directory go with the value, so also after a test that threw.
struct CollectorFixture: Sendable {
    static let key = Data((0..<32).map { UInt8($0) })
    static let secret = "whsec_" + key.base64EncodedString()
    static let adminToken = "admin-token-for-tests"

    /// The time at the collector and at whoever signs for it. It stands still, so that no test depends on how long it
    /// takes.
    static let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded())

    private let directory: TemporaryDirectory
    let queue: ResponseQueue
    var dependencies: PublicListener.Dependencies
    let admin: AdminListener.Dependencies

    let metrics = MetricsRegistry()

    /// - Parameters:
    ///   - files: source files by name; each that signs gets the same secrets as `standard`.
    ///   - surveys: files of `surveys.directory` by name; nil for no directory.
    init(
        publicURL: String = "http://127.0.0.1:8080",
        surveyIsOpen: Bool = true,
        waitingLimit: Int = 4_096,
        quarantineByteLimit: Int = 256 << 20,
        diskReserve: Int64 = 0,
        secrets: [String] = [Self.secret],
        files: [String: String] = [:],
        surveys: [String: String]? = nil
    ) throws {
        directory = try TemporaryDirectory(
            Dictionary(
                uniqueKeysWithValues: files.map { ("sources/\($0.key).yaml", $0.value) }
                    + (surveys ?? [:]).map { ("surveys/\($0.key).yaml", $0.value) }
            )
        )
        var configuration = ResponseQueue.Configuration(path: directory.path("queue.db"))
        configuration.pendingLimit = waitingLimit
        configuration.quarantineByteLimit = quarantineByteLimit
        configuration.diskReserve = diskReserve
        queue = try ResponseQueue(configuration: configuration, now: { Self.now }, logger: .silent)
        let folder = files.isEmpty ? nil : directory.path("sources")
        let names = Set(files.filter { !$0.value.contains("kind: none") }.keys).union(["standard"])
        let reading: @Sendable (SourceCatalogue?) throws(WebhookError) -> SourceCatalogue = { _ throws(WebhookError) in
            try SourceCatalogue(
                directory: folder,
                secrets: Dictionary(uniqueKeysWithValues: names.map { ($0, .list(secrets)) })
            )
        }
        let sources = try ReloadableSources(reading: reading)
        let activity = SourceActivity()
        let url = PublicURL(publicURL)
        guard let url else { throw URLError(.badURL) }
        let readiness = Self.readiness(of: queue)
        var dependencies = PublicListener.Dependencies(
            queue: queue,
            pages: try SurveyPages(subject: "Acme", basePath: url.basePath, publicDirectory: nil),
            sources: sources,
            activity: activity,
            readiness: readiness,
            publicURL: url,
            surveyIsOpen: surveyIsOpen,
            proxies: .none
        )
        if surveys != nil {
            let (pages, path) = (dependencies.pages, directory.path("surveys"))
            dependencies.surveys = try ReloadableSurveys { former throws(SurveyError) in
                try SurveyCatalogue(directory: path, adapting: pages, after: former)
            }
        }
        dependencies.metrics = metrics
        dependencies.now = { Self.now }
        self.dependencies = dependencies
        admin = AdminListener.Dependencies(
            queue: queue,
            sources: sources,
            activity: activity,
            readiness: readiness,
            token: Self.adminToken,
            delivery: { DeliveryReport(state: "paused", sentence: "Check the token.", isHeldUp: true) },
            metrics: metrics,
            console: try Self.console.get()
        )
    }

    /// As the collector has it, but with a patience that no busy machine wears out.
    static func readiness(of queue: ResponseQueue) -> Readiness {
        Readiness(patience: .seconds(60), overdue: { queue.overdue }) {
            do throws(QueueError) {
                try await queue.probe()
                return nil
            } catch {
                return error
            }
        }
    }

    /// Made once, since that reads every template.
    private static let console = Result { try ConsolePages() }

    /// Runs a conversation with the public routes.
    func publicly(_ talk: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await converse(PublicListener.routes(dependencies, logger: .silent).router, talk)
    }

    func administratively(_ talk: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await converse(AdminListener.router(admin, logger: .silent), talk)
    }

    /// Runs a conversation with the public routes over connections as the listener has them; gives it the port.
    ///
    /// - Parameters:
    ///   - answersDirectly: false for connections that leave every request to the router.
    ///   - logger: of the listener.
    func overConnections(
        answersDirectly: Bool = true,
        limits: ConnectionLimits = .patient,
        logger: Logger = .silent,
        _ talk: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let errorPages = ErrorPages(pages: dependencies.pages, basePath: dependencies.publicURL.basePath)
        let rules = ConnectionRules(limits: limits, proxies: dependencies.proxies, errorPages: errorPages)
        let routes = PublicListener.routes(dependencies, logger: logger)
        let direct = answersDirectly ? routes.direct : nil
        let server = HTTPServerBuilder { GuardedChannel(responder: $0, rules: rules, direct: direct) }
        try await Application(router: routes.router, server: server, logger: logger).test(.live) { client in
            guard let port = client.port else { throw URLError(.badURL) }
            try await talk(port)
        }
    }

    private func converse(
        _ router: Router<CollectorContext>,
        _ talk: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        // The client keeps its one connection, which a guard would close after some refusals.
        try await Connection.$current.withValue(Connection(peer: Peer(testing: "127.0.0.1"))) {
            try await Application(router: router, logger: .silent).test(.live) { client in try await talk(client) }
        }
    }

    /// Replaces a source file; whoever has read it before doesn't notice.
    func write(_ text: String, to name: String) throws {
        try directory.write(text, to: "sources/\(name).yaml")
    }

    func end() async {
        await queue.close()
    }

    /// The headers of a Standard Webhooks delivery.
    static func signed(
        _ body: String,
        id: String = "msg_1",
        age: TimeInterval = 0,
        key: Data = Self.key
    ) -> HTTPFields {
        signed(bytes: Array(body.utf8), id: id, age: age, key: key)
    }

    static func signed(
        bytes body: [UInt8],
        id: String = "msg_1",
        age: TimeInterval = 0,
        key: Data = Self.key
    ) -> HTTPFields {
        let timestamp = String(Int(now.timeIntervalSince1970 - age))
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(id).\(timestamp).".utf8) + body,
            using: SymmetricKey(data: key)
        )
        var fields: HTTPFields = [.contentType: "application/json"]
        for (name, value) in [
            ("webhook-id", id), ("webhook-timestamp", timestamp),
            ("webhook-signature", "v1," + Data(code).base64EncodedString()),
        ] {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }
}

extension Peer {
    /// - Parameter text: nil for a Unix socket; one that is no address for an unknown peer.
    init(testing text: String?) {
        self = text.map { IPAddress($0).map(Peer.address) ?? .unknown } ?? .unixSocket
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    func json() throws -> JSONValue { try JSONValue(parsing: Data(text.utf8)) }
}

extension CollectorFixture {
    /// The same queue behind other public dependencies.
    init(replacing dependencies: PublicListener.Dependencies, in other: CollectorFixture) {
        directory = other.directory
        queue = other.queue
        admin = other.admin
        self.dependencies = dependencies
    }
}

extension CollectorFixture {
    /// The same queue behind other admin dependencies.
    init(replacing admin: AdminListener.Dependencies, in other: CollectorFixture) {
        directory = other.directory
        queue = other.queue
        dependencies = other.dependencies
        self.admin = admin
    }
}
