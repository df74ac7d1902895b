import Foundation
import NPSDelivery

/// What came of posting a message.
enum AlertOutcome: Sendable, Hashable {
    case delivered
    /// - `retryAfter`: in seconds, as far as the receiver said.
    case failed(Failure, retryAfter: TimeInterval? = nil)

    enum Failure: Sendable, Hashable {
        case unreachable
        case untrusted
        case late
        /// By a status that says that it may pass.
        case busy(Int)
        /// By a status that says that somebody has to change something.
        case refused(Int)
        /// There is nobody at this address (any more).
        case gone(Int)
    }

    /// By the status of an answer. What it says is never read.
    init(status: Int, retryAfter: TimeInterval?) {
        switch status {
        case 200...299: self = .delivered
        case 404, 410: self = .failed(.gone(status), retryAfter: retryAfter)
        case 408, 425, 429, 500...599: self = .failed(.busy(status), retryAfter: retryAfter)
        default: self = .failed(.refused(status), retryAfter: retryAfter)
        }
    }

    /// A label of a metric.
    var label: String {
        switch self {
        case .delivered: "delivered"
        case .failed(.unreachable, _), .failed(.untrusted, _), .failed(.late, _): "unreachable"
        case .failed(.busy, _): "busy"
        case .failed(.refused, _): "refused"
        case .failed(.gone, _): "gone"
        }
    }

    static let labels = ["delivered", "unreachable", "busy", "refused", "gone"]
}

extension AlertOutcome.Failure: CustomStringConvertible {
    /// A sentence; without the address, which may be a secret.
    package var description: String {
        switch self {
        case .unreachable: "The receiver of alerts.url can't be reached: check the address, and the network in between."
        case .untrusted:
            "The receiver of alerts.url has a TLS certificate that isn't valid, or none: check the address."
        case .late: "The receiver of alerts.url didn't answer in time."
        case .busy(let status): "The receiver of alerts.url answered \(status), which may pass."
        case .refused(let status):
            "The receiver of alerts.url answered \(status): check the address, alerts.secret and alerts.format."
        case .gone(let status):
            "The receiver of alerts.url answered \(status): there is none at this address, make a new one."
        }
    }
}

/// When the next message may be posted.
struct AlertCourier: Sendable {
    /// From seconds on, up to a quarter of an hour.
    private static let backoff = Backoff(base: 5, limit: 900)
    /// In seconds, after a status that says that there is no receiver.
    private static let pauseAfterGone: TimeInterval = 3_600
    private static let shortest: TimeInterval = 1

    private var failures = 0
    /// Why the last one failed; nil when it didn't.
    private(set) var failure: AlertOutcome.Failure?
    private var ready: ContinuousClock.Instant?

    init() {}

    func isReady(at now: ContinuousClock.Instant) -> Bool { ready.map { now >= $0 } ?? true }

    /// - Parameter fraction: random, 0..<1.
    mutating func note(_ outcome: AlertOutcome, at now: ContinuousClock.Instant, fraction: Double) {
        guard case .failed(let failure, let retryAfter) = outcome else {
            self = AlertCourier()
            return
        }
        failures = min(failures + 1, 64)
        self.failure = failure
        var pause = max(Self.shortest, Self.backoff.delay(failures: failures, fraction: fraction))
        if case .gone = failure { pause = Self.pauseAfterGone }
        ready = now + .seconds(max(pause, retryAfter ?? 0))
    }
}
