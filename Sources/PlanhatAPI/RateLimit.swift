/// `X-Rate-Limit-Limit` and `X-Rate-Limit-Remaining` of the last answer.
package struct RateLimit: Sendable, Equatable {
    package let limit: Int
    package let remaining: Int
}
