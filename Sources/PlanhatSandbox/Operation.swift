import HTTPTypes

/// The six NPS operations of the Planhat API.
package enum Operation: String, Sendable, Hashable, CaseIterable {
    case create
    case get
    case list
    case update
    case delete
    /// Bulk upsert: `PUT /nps` with an array.
    case upsert

    package var isWrite: Bool {
        switch self {
        case .create, .update, .delete, .upsert: true
        case .get, .list: false
        }
    }

    /// The route, as the access log prints it and the router registers it.
    var path: String {
        switch self {
        case .create, .list, .upsert: "/nps"
        case .get, .update, .delete: "/nps/{id}"
        }
    }

    var method: HTTPRequest.Method {
        switch self {
        case .create: .post
        case .get, .list: .get
        case .update, .upsert: .put
        case .delete: .delete
        }
    }
}
