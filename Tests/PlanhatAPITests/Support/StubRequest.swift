import NIOHTTP1

/// A request as it came over the wire.
struct StubRequest: Sendable {
    let method: HTTPMethod
    /// Path and query, undecoded.
    let uri: String
    let headers: HTTPHeaders
    let body: String
}
