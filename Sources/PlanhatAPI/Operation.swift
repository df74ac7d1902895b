import AsyncHTTPClient
import NIOHTTP1
import NPSModel

/// One of the six operations, as a request and as what its answer may mean.
enum Operation {
    case create
    case update(RecordID)
    case get(RecordID)
    case list(ListQuery)
    case delete(RecordID)
    case upsert(items: Int)

    var method: HTTPMethod {
        switch self {
        case .create: .POST
        case .update, .upsert: .PUT
        case .get, .list: .GET
        case .delete: .DELETE
        }
    }

    /// What follows the base address.
    func path() throws(PlanhatError) -> String {
        switch self {
        case .create, .upsert: "/nps"
        case .list(let query): "/nps" + query.queryString
        case .update(let id), .get(let id), .delete(let id): "/nps/" + (try id.segment())
        }
    }

    /// Whether Planhat may have changed something when its answer is lost.
    var isWrite: Bool {
        switch self {
        case .get, .list: false
        case .create, .update, .delete, .upsert: true
        }
    }

    /// Whether the path is the collection's: there a 404 says that this is not the API.
    var isCollection: Bool {
        switch self {
        case .create, .list, .upsert: true
        case .update, .get, .delete: false
        }
    }

    /// The longest answer that is read, in bytes; nothing that the API says is longer.
    var answerLimit: Int {
        switch self {
        case .list: 64 << 20
        case .create, .update, .get, .delete, .upsert: 8 << 20
        }
    }

    /// For logs.
    var name: String {
        switch self {
        case .create: "create"
        case .update: "update"
        case .get: "get"
        case .list: "list"
        case .delete: "delete"
        case .upsert: "upsert"
        }
    }

    /// The whole exchange's time limit.
    func timeout(_ usual: Duration) -> Duration {
        guard case .upsert(let items) = self else { return usual }
        return usual + .milliseconds(10) * items
    }
}

/// The parameters of `GET /nps`; what is nil is left to Planhat's default.
package struct ListQuery: Sendable, Hashable {
    /// One or several, comma separated.
    package var companyId: String?
    /// Default 100, at most 10,000.
    package var limit: Int?
    package var offset: Int?
    /// A property; `-` in front = descending.
    package var sort: String?
    /// Properties, comma separated.
    package var select: String?
    /// Days back from now in which it was answered, default 360.
    package var npsExpiryDay: Int?

    package init() {}

    /// Empty, or `?` and the parameters.
    var queryString: String {
        let pairs: [(String, String?)] = [
            ("companyId", companyId), ("limit", limit.map(String.init)), ("offset", offset.map(String.init)),
            ("sort", sort), ("select", select), ("npsExpiryDay", npsExpiryDay.map(String.init)),
        ]
        let given = pairs.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
        return given.isEmpty ? "" : "?" + given.joined(separator: "&")
    }
}
