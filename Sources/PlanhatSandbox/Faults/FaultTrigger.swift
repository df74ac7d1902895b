/// When a fault strikes: at the next so many requests, or at a share of all requests.
package struct FaultTrigger: Sendable, Hashable {
    package enum Amount: Sendable, Hashable {
        /// The next so many requests, then no more.
        case count(Int)
        /// 0–1, for as long as it is set.
        case rate(Double)
    }

    package enum Scope: Sendable, Hashable {
        case all
        case reads
        case writes
        case only(Operation)

        func contains(_ operation: Operation) -> Bool {
            switch self {
            case .all: true
            case .reads: !operation.isWrite
            case .writes: operation.isWrite
            case .only(let one): operation == one
            }
        }
    }

    package var amount: Amount
    package var scope: Scope

    package init(_ amount: Amount, scope: Scope = .all) {
        self.amount = amount
        self.scope = scope
    }

    /// True once for each request it strikes; a count goes down by one, a rate draws one number.
    mutating func fires(using random: inout some RandomNumberGenerator) -> Bool {
        switch amount {
        case .count(let left):
            guard left > 0 else { return false }
            amount = .count(left - 1)
            return true
        case .rate(let rate):
            return Double.random(in: 0..<1, using: &random) < rate
        }
    }

    var isSpent: Bool {
        switch amount {
        case .count(let left): left <= 0
        case .rate(let rate): rate <= 0
        }
    }
}

extension FaultTrigger {
    static let form =
        "N (the next N requests) or 0.x (a share; 1.0 = always), with @OPERATION, @read or @write if wished"

    /// Reads `3`, `0.25`, `1.0`, `3@create`, `0.1@write`. Nil for everything else.
    init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { return nil }
        if let count = Int(first) {
            guard count >= 0 else { return nil }
            amount = .count(count)
        } else if let rate = Double(first), (0...1).contains(rate) {
            amount = .rate(rate)
        } else {
            return nil
        }
        guard parts.count == 2 else {
            scope = .all
            return
        }
        switch parts[1] {
        case "read": scope = .reads
        case "write": scope = .writes
        default:
            guard let operation = Operation(rawValue: String(parts[1])) else { return nil }
            scope = .only(operation)
        }
    }

    /// What ``init(_:)`` reads.
    var text: String {
        let number =
            switch amount {
            case .count(let count): String(count)
            case .rate(let rate): String(rate)
            }
        return switch scope {
        case .all: number
        case .reads: number + "@read"
        case .writes: number + "@write"
        case .only(let operation): number + "@" + operation.rawValue
        }
    }
}
