/// The last `X-Rate-Limit-Limit` and `X-Rate-Limit-Remaining` that were seen.
package struct RateLimit: Sendable, Equatable {
    package let limit: Int
    package let remaining: Int
}
