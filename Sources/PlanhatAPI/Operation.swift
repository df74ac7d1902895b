import AsyncHTTPClient
import NIOHTTP1

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
