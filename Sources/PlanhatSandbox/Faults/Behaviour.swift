/// How the sandbox behaves where Planhat's behaviour isn't documented: each choice is one that its public texts or other
/// clients of the API suggest.
package struct Behaviour: Sendable, Hashable {
    /// A `POST` with a `sourceId` that a record already has.
    package enum PostDuplicate: String, Sendable, CaseIterable {
        /// A second record: the dangerous one, and therefore the default.
        case duplicate
        /// 400 `sourceId duplicated`.
        case reject
    }

    /// An address that belongs to no enduser and whose domain belongs to no company.
    package enum UnknownContact: String, Sendable, CaseIterable {
        /// Company and enduser are made from the domain, and the record is linked to both.
        case domainCreate = "domain-create"
        /// The record is kept without `euId` and `cId`.
        case storeUnlinked = "store-unlinked"
        /// 2xx, nothing stored, no error: `{}` for one record, counts of zero in bulk.
        case ignore = "ignore-2xx"
        case reject = "reject-400"
    }

    /// One `sourceId` twice in one bulk request.
    package enum BulkRepeat: String, Sendable, CaseIterable {
        /// Nothing is stored.
        case whole400 = "whole-400"
        /// The first is stored, the repetitions are errors.
        case itemError = "item-error-206"
        case lastWins = "last-wins"
    }

    /// What stands in `createdErrors` and its siblings.
    package enum ErrorEntry: String, Sendable, CaseIterable {
        case string
        /// `{"message": …, "item": …}`
        case object
    }

    /// The body of an error that has no bulk envelope.
    package enum ErrorBody: String, Sendable, CaseIterable {
        case json
        case text
        case empty
        case html
    }

    /// How a 429 says when to come back.
    package enum RetryAfter: String, Sendable, CaseIterable {
        case seconds
        case date
        case none
    }

    package enum RateLimitBody: String, Sendable, CaseIterable {
        case json
        case text
    }

    /// What `_id` is in the answers of get and list.
    package enum ReadID: String, Sendable, CaseIterable {
        case enduser
        case record
    }

    /// Whether `cId` and `campaignId` must be 24 hex digits.
    package enum ObjectIDCheck: String, Sendable, CaseIterable {
        case strict
        case any
    }

    /// What every writing request gets that has the word `poison` in its body: an item on which the API, or what stands in
    /// front of it, fails whenever it comes.
    package enum Poison: String, Sendable, CaseIterable {
        case none
        case forbidden = "403"
        case notFound = "404"
        case requestTimeout = "408"
        case tooEarly = "425"
        case tooManyRequests = "429"
        case internalError = "500"
        case unavailable = "503"
        case drop
    }

    package var postDuplicate = PostDuplicate.duplicate
    package var unknownContact = UnknownContact.storeUnlinked
    package var bulkRepeat = BulkRepeat.whole400
    package var errorEntry = ErrorEntry.string
    package var errorBody = ErrorBody.json
    package var retryAfter = RetryAfter.seconds
    package var rateLimitBody = RateLimitBody.json
    package var readID = ReadID.enduser
    package var objectIDs = ObjectIDCheck.strict
    package var poison = Poison.none
    /// Requests in one window; 0 = no limit.
    package var rateLimit = 200
    /// Seconds.
    package var rateLimitWindow = 60
    /// Milliseconds between matching and writing, in which another request may do the same; 0 = one transaction.
    package var overlapWindow = 0
    /// Milliseconds that the fault `slow` waits before it commits.
    package var slowDelay = 5_000

    package init() {}
}
