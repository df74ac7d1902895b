package import NIOHTTP1

/// A request as it came over the wire.
package struct StubRequest: Sendable {
    package let method: HTTPMethod
    /// Path and query, undecoded.
    package let uri: String
    package let headers: HTTPHeaders
    package let body: String
}
