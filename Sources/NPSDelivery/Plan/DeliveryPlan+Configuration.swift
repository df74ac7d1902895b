package import Foundation

extension DeliveryPlan {
    /// How much is sent at a time and how long delivery waits. Times are in seconds.
    package struct Configuration: Sendable, Hashable {
        /// Responses in one request at most; Planhat takes 5,000.
        package var batchSize: Int
        /// Bytes in one request, roughly: room for 5,000 responses with comments of usual length. Planhat's limit is
        /// said to be 32 MB; a 413 makes it less.
        package var batchBytes = 8 << 20
        package var requestsPerMinute: Int
        /// How long a request without a clear answer may still be executed at Planhat. It is repeated only after that.
        package var grace: TimeInterval = 30
        /// Ambiguous attempts after which a response waits for ``seldom`` instead of ``grace``.
        package var promptAttempts = 8
        /// How long it waits before each attempt from then on.
        package var seldom: TimeInterval = 300
        /// Ambiguous attempts after which a response that is alone in failing is parked.
        package var attemptLimit = 16
        package var timing = CircuitBreaker.Timing()

        /// - Parameter batchSize: from 1 to 5,000; what is outside is cut to that.
        package init(requestsPerMinute: Int = 150, batchSize: Int = 100) {
            self.requestsPerMinute = requestsPerMinute
            self.batchSize = min(max(batchSize, 1), 5_000)
        }
    }
}
